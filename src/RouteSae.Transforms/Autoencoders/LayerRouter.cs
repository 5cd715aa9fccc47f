using RouteSae.Autoencoders.Kernels;
using RouteSae.Kernels;
using RouteSae.Native;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Autoencoders;

/// <summary>Chooses, for each token, among the routed hidden states: p = softmax(W_r · Σ xᵢ) or softmax(W_r · Σ xᵢ / L), over standardised xᵢ. Owns its tensor.</summary>
public sealed class LayerRouter : IDisposable
{
    internal const string WeightName = "weight";
    internal const string LayerMeanName = "layer_mean";
    internal const string LayerScaleName = "layer_scale";

    private readonly RouteSaeArchitecture _architecture;
    private readonly AutoencoderParameter _weight; // [L, D]
    private readonly AutoencoderParameter? _layerMean; // [L, D]
    private readonly AutoencoderParameter? _layerScale; // [L]

    internal LayerRouter(RouteSaeArchitecture architecture, ParameterReader reader)
    {
        _architecture = architecture;
        _weight = reader.Read(WeightName, architecture.RoutedHiddenStates.Count, architecture.HiddenSize);
        Parameters = [_weight];
        if (architecture.Scaling != HiddenStateScaling.PerLayer)
            return;
        _layerMean = reader.Read(LayerMeanName, isTrained: false, architecture.RoutedHiddenStates.Count, architecture.HiddenSize);
        _layerScale = reader.Read(LayerScaleName, isTrained: false, architecture.RoutedHiddenStates.Count);
        Parameters = [_weight, _layerMean, _layerScale];
    }

    /// <summary>W_r, as the router has no bias; with <see cref="HiddenStateScaling.PerLayer"/> the means and scales too, which are measured, not trained.</summary>
    public IReadOnlyList<AutoencoderParameter> Parameters { get; }

    /// <summary>W_r, [L, D].</summary>
    public Tensor Weight => _weight.Value;

    /// <summary>mᵢ of the hidden states, [L, D]; null with <see cref="HiddenStateScaling.PerToken"/>.</summary>
    public Tensor? LayerMean => _layerMean?.Value;

    /// <summary>sᵢ of the hidden states, [L]; null with <see cref="HiddenStateScaling.PerToken"/>.</summary>
    public Tensor? LayerScale => _layerScale?.Value;

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
        using var scope = NewDisposeScope();
        var routed = RouteScaled(Scaled(hiddenStates), mode);
        foreach (var result in new[] { routed.X, routed.Probabilities, routed.Chosen })
            result.MoveToOuterDisposeScope();
        return routed;
    }

    private RoutedActivations RouteScaled(IReadOnlyList<Tensor> hiddenStates, RoutingMode? mode) =>
        KernelFits(hiddenStates) && !Gradients.AreWanted([.. hiddenStates, Weight])
            ? RouteByKernel(hiddenStates, mode ?? _architecture.Mode)
            : RouteByOperations(hiddenStates, mode ?? _architecture.Mode);

    /// <summary>Routes some of the tokens; hidden states may be of any type.</summary>
    /// <param name="hiddenStates">L x [N, D].</param>
    /// <param name="rows">Which tokens.</param>
    internal RoutedActivations RouteRows(IReadOnlyList<Tensor> hiddenStates, long[] rows)
    {
        TorchRuntime.UseThreads();
        CheckShapes(hiddenStates);
        if (_layerMean is null && KernelFits(hiddenStates) && !Gradients.AreWanted([.. hiddenStates, Weight]))
            return RouteByKernel(hiddenStates, _architecture.Mode, rows);
        using var scope = NewDisposeScope();
        var index = tensor(rows, device: hiddenStates[0].device);
        var routed = Route([.. hiddenStates.Select(tensor => tensor.index_select(0, index))]);
        foreach (var result in new[] { routed.X, routed.Probabilities, routed.Chosen })
            result.MoveToOuterDisposeScope();
        return routed;
    }

    internal static Dictionary<string, Tensor> StartingValues(RouteSaeArchitecture architecture, ParameterInitialization initialization)
    {
        var count = architecture.RoutedHiddenStates.Count;
        var values = new Dictionary<string, Tensor> { [WeightName] = initialization.LinearWeight(count, architecture.HiddenSize) };
        if (architecture.Scaling == HiddenStateScaling.PerLayer)
        {
            values[LayerMeanName] = initialization.Zeros((long)count * architecture.HiddenSize).view(count, -1);
            values[LayerScaleName] = initialization.Zeros(count) + 1;
        }
        return values;
    }

    private RoutedActivations RouteByOperations(IReadOnlyList<Tensor> hiddenStates, RoutingMode mode)
    {
        using var scope = NewDisposeScope();
        var standardized = Standardize(hiddenStates);
        var probabilities = F.softmax(F.linear(Aggregate(standardized), Weight), 1); // [N, L]
        var chosen = probabilities.argmax(1, false); // [N]
        var x = mode switch
        {
            RoutingMode.Soft => WeightedSum(standardized, probabilities),
            RoutingMode.TopTwo => WeightedSum(standardized, RoutedActivations.TwoLargest(probabilities)),
            _ when _architecture.IsUnscaled => StraightThrough(standardized, probabilities, chosen),
            _ => Select(standardized, chosen) * probabilities.gather(1, chosen.unsqueeze(1)),
        };
        return new RoutedActivations(
            x.MoveToOuterDisposeScope(), probabilities.MoveToOuterDisposeScope(), chosen.MoveToOuterDisposeScope(), mode);
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }

    /// <summary>With <see cref="HiddenStateScaling.PerLayer"/> the hidden states on their common scale, in the caller's scope; else as they are.</summary>
    internal IReadOnlyList<Tensor> Scaled(IReadOnlyList<Tensor> hiddenStates) =>
        _layerMean is null ? hiddenStates : [.. hiddenStates.Select((hidden, place) => Scale(hidden, place))];

    /// <summary>xᵢ = (hᵢ − mᵢ) / sᵢ.</summary>
    internal Tensor Scale(Tensor hiddenState, int place) => (hiddenState.to(Weight.dtype).to(Weight.device) - LayerMean![place]) / LayerScale![place];

    /// <summary>hᵢ = xᵢ sᵢ + mᵢ.</summary>
    internal Tensor Unscale(Tensor x, int place) => x * LayerScale![place] + LayerMean![place];

    private bool KernelFits(IReadOnlyList<Tensor> hiddenStates) =>
        KernelSupport.Choose(Path, Weight) != ComputePath.TorchOperations
        && hiddenStates.All(tensor => RoutingKernel.Fits(tensor) && tensor.dtype == hiddenStates[0].dtype);

    private RoutedActivations RouteByKernel(IReadOnlyList<Tensor> hiddenStates, RoutingMode mode, long[]? rows = null)
    {
        var routed = new RoutedTokens(rows?.Length ?? (int)hiddenStates[0].shape[0], hiddenStates.Count, _architecture.HiddenSize, keepAggregate: false);
        new RoutingKernel(Weight, _architecture, mode).Route(hiddenStates, rows, routed);
        return new RoutedActivations(routed.X, routed.Probabilities, routed.Chosen, mode);
    }

    private Tensor[] Standardize(IReadOnlyList<Tensor> hiddenStates) =>
        _layerMean is not null ? [.. hiddenStates] : hiddenStates.Select(hidden => Standardization.Apply(hidden.to(Weight.dtype).to(Weight.device)).Values).ToArray();

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

    /// <summary>x*, with the gradient of Σ pᵢ xᵢ: the weights are 1 at the chosen hidden state, plus pᵢ − pᵢ.</summary>
    private static Tensor StraightThrough(Tensor[] standardized, Tensor probabilities, Tensor chosen) =>
        Select(standardized, chosen) + WeightedSum(standardized, probabilities - probabilities.detach());

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
