using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>Overrides, at inference, which latents count as active.</summary>
public sealed record CodeSelection
{
    private CodeSelection()
    {
    }

    /// <summary>How many of the largest pre-activations are kept; null when a threshold selects.</summary>
    public int? ActiveLatents { get; private init; }

    /// <summary>Pre-activations above this value are kept; null when a number selects.</summary>
    public double? Threshold { get; private init; }

    /// <summary>Keeps the <paramref name="activeLatents"/> largest pre-activations of each token; all of them when there are fewer latents.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="activeLatents"/> is below 1.</exception>
    public static CodeSelection Largest(int activeLatents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(activeLatents, 1);
        return new CodeSelection { ActiveLatents = activeLatents };
    }

    /// <summary>Keeps every pre-activation above <paramref name="threshold"/>, however many there are.</summary>
    public static CodeSelection Above(double threshold) => new() { Threshold = threshold };

    /// <summary>What is kept of dense values, the rest being 0; differentiable.</summary>
    /// <param name="values">[N, M].</param>
    public Tensor Apply(Tensor values)
    {
        using var scope = NewDisposeScope();
        if (Threshold is { } threshold)
            return values.where(values > threshold, zeros_like(values)).MoveToOuterDisposeScope();
        var (largest, indices) = values.topk((int)Math.Min(ActiveLatents!.Value, values.shape[1]), dim: -1, sorted: false);
        return zeros_like(values).scatter(1, indices, largest).MoveToOuterDisposeScope();
    }
}
