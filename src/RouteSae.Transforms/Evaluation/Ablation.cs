using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>What takes the place of a hidden state: its reconstruction, or as a measure of what there was to lose, nothing or a mean.</summary>
internal static class Ablation
{
    public static Tensor Reconstruction(Replacement replacement, Tensor hidden) => replacement.Reconstruct(hidden).to(hidden.device);

    public static Tensor Zero(Replacement replacement, Tensor hidden) => zeros_like(hidden);

    /// <summary>The mean over the N tokens of each hidden state, from the unchanged pass.</summary>
    /// <param name="names">The hidden states' numbers.</param>
    /// <param name="hiddenStates">[N, D] each.</param>
    public static Func<Replacement, Tensor, Tensor> Mean(IReadOnlyList<int> names, IReadOnlyList<Tensor> hiddenStates)
    {
        var means = names.Zip(hiddenStates).ToDictionary(pair => pair.First, pair => pair.Second.mean([0L], keepdim: true, type: ScalarType.Float32));
        return (replacement, hidden) => means[replacement.HiddenState].to(hidden.dtype).expand_as(hidden);
    }
}
