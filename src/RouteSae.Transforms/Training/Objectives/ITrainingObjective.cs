using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training.Objectives;

/// <summary>What training minimises, in TorchSharp operations that autograd can differentiate.</summary>
internal interface ITrainingObjective
{
    /// <summary>The loss of a batch. The caller owns its terms.</summary>
    /// <param name="hiddenStates">L x [N, D], raw, real tokens only.</param>
    /// <param name="deadLatents">I64 [dead]; null or empty when none is dead.</param>
    /// <param name="firstToken">How many tokens came before these.</param>
    LossTerms Evaluate(IReadOnlyList<Tensor> hiddenStates, Tensor? deadLatents = null, long firstToken = 0);

    /// <summary>Called when the optimiser has used the gradients of a loss.</summary>
    void StepTaken(LossTerms terms)
    {
    }
}
