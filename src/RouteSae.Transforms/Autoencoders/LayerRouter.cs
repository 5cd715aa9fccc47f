using RouteSae.Autoencoders.Kernels;
using RouteSae.Native;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Autoencoders;

/// <summary>Chooses, for each token, among the routed hidden states: p = softmax(W_r · Σ xᵢ) or softmax(W_r · Σ xᵢ / L), over standardised xᵢ. Owns its tensor.</summary>
public sealed class LayerRouter : IDisposable
{
    internal const string WeightName = "weight";

    private readonly RouteSaeArchitecture _architecture;
    private readonly AutoencoderParameter _weight; // [L, D]

    internal LayerRouter(RouteSaeArchitecture architecture, ParameterReader reader)
    {
        _architecture = architecture;
        _weight = reader.Read(WeightName, architecture.RoutedHiddenStates.Count, architecture.HiddenSize);
        Parameters = [_weight];
    }

    /// <summary>W_r alone; the router has no bias.</summary>
    public IReadOnlyList<AutoencoderParameter> Parameters { get; }

    /// <summary>W_r, [L, D].</summary>
    public Tensor Weight => _weight.Value;

    /// <summary>How routing computes. Default: <see cref="ComputePath.Auto"/>.</summary>
    internal ComputePath Path { get; set; }

    /// <summary>Standardises the hidden states and routes each token.</summary>
    /// <param name="hiddenStates">The L routed hidden states, raw, each [N, D].</param>
    /// <param name="mode">Hard or soft. Default: the architecture's.</param>
    /// <exception cref="ArgumentException">The number or the shapes of the hidden states do not fit the architecture.</exception>
    public RoutedActivations Route(IReadOnlyList<Tensor> hiddenStates, RoutingMode? mode = null)
    {
        TorchRuntime.UseThreads();
        CheckShapes(hiddenStates);
        return KernelFits(hiddenStates) && !KernelSupport.RecordsGradients([.. hiddenStates, Weight])
            ? RouteByKernel(hiddenStates, mode ?? _architecture.Mode)
            : RouteByOperations(hiddenStates, mode ?? _architecture.Mode);
    }

    /// <summary>Routes some of the tokens; hidden states may be of any type.</summary>
    /// <param name="hiddenStates">L x [N, D].</param>
    /// <param name="rows">Which tokens.</param>
    internal RoutedActivations RouteRows(IReadOnlyList<Tensor> hiddenStates, long[] rows)
    {
        TorchRuntime.UseThreads();
        CheckShapes(hiddenStates);
        if (KernelFits(hiddenStates) && !KernelSupport.RecordsGradients([.. hiddenStates, Weight]))
            return RouteByKernel(hiddenStates, _architecture.Mode, rows);
        using var scope = NewDisposeScope();
        var index = tensor(rows, device: hiddenStates[0].device);
        var routed = RouteByOperations(hiddenStates.Select(tensor => tensor.index_select(0, index)).ToArray(), _architecture.Mode);
        foreach (var result in new[] { routed.X, routed.Probabilities, routed.Chosen })
            result.MoveToOuterDisposeScope();
        return routed;
    }

    private RoutedActivations RouteByOperations(IReadOnlyList<Tensor> hiddenStates, RoutingMode mode)
    {
        using var scope = NewDisposeScope();
        var standardized = Standardize(hiddenStates);
        var probabilities = F.softmax(F.linear(Aggregate(standardized), Weight), 1); // [N, L]
        var chosen = probabilities.argmax(1, false); // [N]
        var x = mode == RoutingMode.Soft
            ? WeightedSum(standardized, probabilities)
            : Select(standardized, chosen) * probabilities.gather(1, chosen.unsqueeze(1));
        return new RoutedActivations(
            x.MoveToOuterDisposeScope(), probabilities.MoveToOuterDisposeScope(), chosen.MoveToOuterDisposeScope(), mode);
    }

    /// <summary>Frees the tensor.</summary>
    public void Dispose() => _weight.Dispose();

    private bool KernelFits(IReadOnlyList<Tensor> hiddenStates) =>
        KernelSupport.Choose(Path, Weight) != ComputePath.TorchOperations
        && hiddenStates.All(tensor => RoutingKernel.Fits(tensor) && tensor.dtype == hiddenStates[0].dtype);

    private RoutedActivations RouteByKernel(IReadOnlyList<Tensor> hiddenStates, RoutingMode mode, long[]? rows = null)
    {
        var routed = new RoutedTokens(rows?.Length ?? (int)hiddenStates[0].shape[0], hiddenStates.Count, _architecture.HiddenSize, keepAggregate: false);
        new RoutingKernel(Weight, _architecture.Aggregation, mode).Route(hiddenStates, rows, routed);
        return new RoutedActivations(routed.X, routed.Probabilities, routed.Chosen, mode);
    }

    private Tensor[] Standardize(IReadOnlyList<Tensor> hiddenStates) =>
        hiddenStates.Select(hidden => Standardization.Apply(hidden.to(Weight.dtype).to(Weight.device)).Values).ToArray();

    private Tensor Aggregate(Tensor[] standardized)
    {
        var sum = standardized[0].clone();
        foreach (var x in standardized.Skip(1))
            sum.add_(x);
        return _architecture.Aggregation == RouterAggregation.Mean ? sum.div_(standardized.Length) : sum;
    }

    /// <summary>Σ pᵢ xᵢ.</summary>
    private static Tensor WeightedSum(Tensor[] standardized, Tensor probabilities)
    {
        var sum = standardized[0] * probabilities.narrow(1, 0, 1);
        for (var i = 1; i < standardized.Length; i++)
            sum += standardized[i] * probabilities.narrow(1, i, 1);
        return sum;
    }

    /// <summary>x* : each token's row of the hidden state that was chosen for it.</summary>
    private static Tensor Select(Tensor[] standardized, Tensor chosen)
    {
        var place = chosen.unsqueeze(1); // [N, 1]
        var selected = standardized[0];
        for (var i = 1; i < standardized.Length; i++)
            selected = where(place == i, standardized[i], selected);
        return selected;
    }

    /// <summary>Throws unless these are the routed hidden states of one number of tokens.</summary>
    internal void CheckShapes(IReadOnlyList<Tensor> hiddenStates) =>
        HiddenStateShapes.Check(hiddenStates, _architecture.RoutedHiddenStates, _architecture.HiddenSize);
}
