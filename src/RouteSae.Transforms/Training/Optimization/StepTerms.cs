using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Training.Optimization;

/// <summary>What a training step found before it changed anything. Its tensors belong to the step or to the trainer's scope, and hold until the next step.</summary>
/// <param name="Loss">What is minimised.</param>
/// <param name="NormalizedMse">The reconstruction error.</param>
internal sealed record StepTerms(double Loss, double NormalizedMse)
{
    /// <summary>The load-balance loss before its coefficient; null where it is not in use.</summary>
    public double? LoadBalance { get; init; }

    /// <summary>The sparsity penalty before its coefficient; null where the number of active latents is fixed.</summary>
    public double? Sparsity { get; init; }

    /// <summary>How the tokens were routed; null where no router chooses.</summary>
    public RoutedActivations? Routed { get; init; }

    /// <summary>The codes, where they are sparse.</summary>
    public SparseCodes? Codes { get; init; }

    /// <summary>The codes, where they are dense, [N, M].</summary>
    public Tensor? DenseCodes { get; init; }

    /// <summary>How many activations were encoded.</summary>
    public long Encoded => Codes?.Tokens ?? DenseCodes!.shape[0];

    /// <summary>The number of active latents of all of them together.</summary>
    public long CountActive()
    {
        if (Codes is not null)
            return Codes.CountActive();
        using var count = DenseCodes!.detach().count_nonzero();
        return count.item<long>();
    }
}
