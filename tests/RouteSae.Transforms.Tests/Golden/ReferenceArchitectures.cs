using System.Text.Json;
using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Tests.Golden;

/// <summary>The reference's models, made from its settings and its state_dict.</summary>
/// <param name="config">The settings of a run.</param>
/// <param name="golden">What the golden file says beside them.</param>
internal sealed class ReferenceArchitectures(JsonElement config, JsonElement golden)
{
    public AutoencoderArchitecture Plain => new() { HiddenSize = HiddenSize, Latents = Latents, Fidelity = Fidelity.Reference };

    public TopKArchitecture TopK => new() { HiddenSize = HiddenSize, Latents = Latents, ActiveLatents = Number("k"), Fidelity = Fidelity.Reference };

    public JumpReluArchitecture JumpRelu => new()
    {
        HiddenSize = HiddenSize,
        Latents = Latents,
        InitialThreshold = Optional("threshold_init"),
        Bandwidth = Optional("bandwidth"),
        Fidelity = Fidelity.Reference,
    };

    public CrosscoderArchitecture Crosscoder => new() { HiddenSize = HiddenSize, Latents = Latents, HiddenStates = MiddleHiddenStates, Fidelity = Fidelity.Reference };

    public RouteSaeArchitecture RouteSae => new()
    {
        HiddenSize = HiddenSize,
        RoutedHiddenStates = MiddleHiddenStates,
        Latents = Latents,
        ActiveLatents = Number("k"),
        Aggregation = Enum.Parse<RouterAggregation>(config.GetProperty("aggre").GetString()!, ignoreCase: true),
        Mode = Enum.Parse<RoutingMode>(config.GetProperty("routing").GetString()!, ignoreCase: true),
        Fidelity = Fidelity.Reference,
    };

    private int HiddenSize => Number("hidden_size");

    private int Latents => Number("latent_size");

    private IReadOnlyList<int> MiddleHiddenStates => RouteSaeArchitecture.DefaultRoutedHiddenStates(Number("n_layers"));

    /// <summary>A model of the reference's name, with the hidden states that its trainer gives it.</summary>
    public AutoencoderModel Create(string kind, IReadOnlyDictionary<string, Tensor> parameters, RoutingMode? mode = null) => kind switch
    {
        "RouteSAE" => RouteSaeModel.FromTensors(RouteSae with { Mode = mode ?? RouteSae.Mode }, parameters),
        "Crosscoder" => CrosscoderModel.FromTensors(Crosscoder, parameters),
        "MLSAE" => new MultiLayerModel(TopKAutoencoder.FromTensors(TopK, parameters), [.. Enumerable.Range(3, 9)]),
        "Random" => new RandomLayerModel(TopKAutoencoder.FromTensors(TopK, parameters), [.. Enumerable.Range(1, 16)], seed: 1),
        _ => new SingleLayerModel(CreateAutoencoder(kind, parameters), Number("layer")),
    };

    public SparseAutoencoder CreateAutoencoder(string kind, IReadOnlyDictionary<string, Tensor> parameters) => kind switch
    {
        "Vanilla" => ReluAutoencoder.FromTensors(Plain, parameters),
        "Gated" => GatedAutoencoder.FromTensors(Plain, parameters),
        "JumpReLU" => JumpReluAutoencoder.FromTensors(JumpRelu, parameters),
        "TopK" or "MLSAE" or "Random" => TopKAutoencoder.FromTensors(TopK, parameters),
        _ => throw new NotSupportedException($"{kind} has no autoencoder of single activations."),
    };

    private int Number(string name) => config.GetProperty(name).GetInt32();

    // The reference's default for both.
    private double Optional(string name) => golden.TryGetProperty(name, out var value) ? value.GetDouble() : 1e-3;
}
