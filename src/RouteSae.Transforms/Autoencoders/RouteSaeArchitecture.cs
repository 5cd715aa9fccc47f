namespace RouteSae.Autoencoders;

/// <summary>The sizes and choices that a RouteSAE's tensors alone do not tell.</summary>
public sealed record RouteSaeArchitecture
{
    /// <summary>D, the width of the language model's hidden states. At least 2.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>
    /// The L hidden states that the router chooses among, ascending, at least 2. Hugging Face's numbering: 0 is the
    /// embeddings, i the output of decoder layer i; the last one is after the final norm and is never routed.
    /// </summary>
    public required IReadOnlyList<int> RoutedHiddenStates { get; init; }

    /// <summary>M, the number of latents.</summary>
    public required int Latents { get; init; }

    /// <summary>K, how many latents a token may activate, 1 to M.</summary>
    public required int ActiveLatents { get; init; }

    /// <summary>
    /// Default <see cref="RouterAggregation.Mean"/>: docs/fidelity.md has the measurements that speak for it. The paper has both.
    /// </summary>
    public RouterAggregation Aggregation { get; init; } = RouterAggregation.Mean;

    /// <summary>Default <see cref="RoutingMode.Hard"/>.</summary>
    public RoutingMode Mode { get; init; } = RoutingMode.Hard;

    /// <summary>Default <see cref="RouterTarget.Detached"/>. Another one is possible with <see cref="RoutingMode.Hard"/> and <see cref="Fidelity.Corrected"/> only.</summary>
    public RouterTarget Target { get; init; } = RouterTarget.Detached;

    /// <summary><see cref="HiddenStateScaling.PerToken"/> or <see cref="HiddenStateScaling.PerLayer"/>. Default: the former, the only one with <see cref="Fidelity.Reference"/>.</summary>
    public HiddenStateScaling Scaling { get; init; } = HiddenStateScaling.PerToken;

    /// <summary>Default <see cref="Fidelity.Corrected"/>. Decides how codes are selected and how the model is trained.</summary>
    public Fidelity Fidelity { get; init; } = Fidelity.Corrected;

    /// <summary>The shared autoencoder's part of this architecture.</summary>
    public TopKArchitecture Autoencoder => new()
    {
        HiddenSize = HiddenSize,
        Latents = Latents,
        ActiveLatents = ActiveLatents,
        Fidelity = Fidelity,
    };

    /// <summary>The paper's choice for a language model of n layers: hidden states n/4 to 3n/4 inclusive, in integer division.</summary>
    /// <param name="layerCount">n, the number of decoder layers, at least 3 so that two hidden states remain to choose among.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="layerCount"/> is below 3.</exception>
    public static IReadOnlyList<int> DefaultRoutedHiddenStates(int layerCount)
    {
        if (layerCount < 3)
            throw new ArgumentOutOfRangeException(nameof(layerCount), layerCount, "Routing needs a language model of at least 3 layers.");
        var first = layerCount / 4;
        return Enumerable.Range(first, layerCount * 3 / 4 - first + 1).ToArray();
    }

    /// <summary>Everything that is wrong with this architecture, in sentences; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems() =>
        [.. Autoencoder.Problems(), .. HiddenStateList.Problems(RoutedHiddenStates, nameof(RoutedHiddenStates), "a router"), .. ChoiceProblems()];

    /// <summary>Whether x = x*, without p.</summary>
    internal bool IsUnscaled => Mode == RoutingMode.Hard && Target == RouterTarget.StraightThrough;

    /// <summary>Whether the reconstruction's target gives gradients.</summary>
    internal bool LearnsFromTarget => Fidelity == Fidelity.Reference || (Mode == RoutingMode.Hard && Target != RouterTarget.Detached);

    private IEnumerable<string> ChoiceProblems()
    {
        if (Fidelity == Fidelity.Reference && (Target != RouterTarget.Detached || Scaling != HiddenStateScaling.PerToken || Mode == RoutingMode.TopTwo))
            yield return "Target, Scaling and RoutingMode.TopTwo are choices that the reference does not have: leave them at their defaults with Fidelity.Reference.";
        if (Scaling is not (HiddenStateScaling.PerToken or HiddenStateScaling.PerLayer))
            yield return $"Scaling is {Scaling}; a router needs PerToken or PerLayer, which bring hidden states to one scale.";
        if (Mode != RoutingMode.Hard && Target != RouterTarget.Detached)
            yield return $"Target is {Target}, but Mode is {Mode}: another target than Detached needs hard routing.";
    }
}
