using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>A way to compute a training step: first its loss, then, if the trainer likes that, the update.</summary>
internal interface ITrainingStep : IDisposable
{
    /// <summary>Computes the loss of a batch; nothing is changed. What it returns holds until the next call.</summary>
    /// <param name="hiddenStates">L x [N, D], raw, real tokens only.</param>
    /// <param name="deadLatents">I64 [dead].</param>
    /// <param name="firstToken">How many tokens came before these.</param>
    /// <exception cref="InvalidOperationException">A hidden state is NaN or infinite.</exception>
    StepTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor deadLatents, long firstToken = 0);

    /// <summary>Takes the step that was evaluated last.</summary>
    /// <returns>The learning rate of the step.</returns>
    double Update();
}
