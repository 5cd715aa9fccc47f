using RouteSae.Checks;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// A routed sparse autoencoder: a router that chooses among the hidden states of a token, and one TopK autoencoder that they
/// share. Owns its tensors. Routing, encoding and decoding may run on several threads at once.
/// </summary>
public sealed class RouteSaeModel : AutoencoderModel
{
    private const string RouterPrefix = "router.";
    private const string AutoencoderPrefix = "sae.";

    private RouteSaeModel(RouteSaeArchitecture architecture, ParameterReader reader)
    {
        Architecture = architecture;
        Autoencoder = new TopKAutoencoder(architecture.Autoencoder, reader.Within(AutoencoderPrefix));
        Router = new LayerRouter(architecture, reader.Within(RouterPrefix));
        Parameters = [.. Autoencoder.Parameters, .. Router.Parameters];
    }

    /// <summary>The sizes and choices.</summary>
    public RouteSaeArchitecture Architecture { get; }

    /// <summary>Chooses among the hidden states.</summary>
    public LayerRouter Router { get; }

    /// <summary>The autoencoder that all routed hidden states share.</summary>
    public TopKAutoencoder Autoencoder { get; }

    /// <inheritdoc/>
    public override string Description =>
        $"RouteSAE ({Architecture.Mode.ToString().ToLowerInvariant()}, K = {Architecture.ActiveLatents}) on hidden states {string.Join(", ", HiddenStates)}";

    /// <inheritdoc/>
    public override int HiddenSize => Architecture.HiddenSize;

    /// <inheritdoc/>
    public override int Latents => Architecture.Latents;

    /// <inheritdoc/>
    public override Fidelity Fidelity => Architecture.Fidelity;

    /// <summary>The hidden states that the router chooses among.</summary>
    public override IReadOnlyList<int> HiddenStates => Architecture.RoutedHiddenStates;

    /// <summary>The autoencoder's parameters, then the router's.</summary>
    public override IReadOnlyList<AutoencoderParameter> Parameters { get; }

    /// <summary>How the model computes, in training too. Default: <see cref="ComputePath.Auto"/>.</summary>
    internal ComputePath Path
    {
        get => Autoencoder.Path;
        set => Autoencoder.Path = Router.Path = value;
    }

    /// <summary>A new model: decoder tied to the encoder at the start, zero biases.</summary>
    /// <param name="architecture">The sizes and choices.</param>
    /// <param name="seed">Seed of the starting values of encoder and router.</param>
    /// <param name="device">Where the tensors live. Default: the CPU.</param>
    /// <exception cref="ArgumentException">The architecture is not possible; the message lists every problem.</exception>
    public static RouteSaeModel Create(RouteSaeArchitecture architecture, int seed, Device? device = null)
    {
        Check(architecture);
        using var initialization = new ParameterInitialization(seed, device);
        using var scope = NewDisposeScope();
        var tensors = TopKAutoencoder.Definition.StartingValues(architecture.Autoencoder, initialization)
            .ToDictionary(pair => AutoencoderPrefix + pair.Key, pair => pair.Value);
        foreach (var (name, value) in LayerRouter.StartingValues(architecture, initialization))
            tensors[RouterPrefix + name] = value;
        return new RouteSaeModel(architecture, ParameterReader.From(tensors));
    }

    /// <summary>
    /// Loads the tensors of the reference's state_dict, as float32: <c>router.weight</c> [L, D], <c>sae.encoder.weight</c> [M, D],
    /// <c>sae.decoder.weight</c> [D, M], <c>sae.pre_bias</c> [D], <c>sae.latent_bias</c> [M].
    /// </summary>
    /// <exception cref="ArgumentException">The architecture is not possible, or a tensor's shape does not fit it.</exception>
    public static RouteSaeModel Load(RouteSaeArchitecture architecture, ITensorSource weights, Device? device = null)
    {
        Check(architecture);
        return new RouteSaeModel(architecture, ParameterReader.From(weights, device));
    }

    /// <summary>Copies tensors that are in memory; the model computes in their type (float32 or float64) and on their device.</summary>
    /// <param name="architecture">The sizes and choices.</param>
    /// <param name="stateDictionary">The tensors under the names that <see cref="Load"/> reads. The caller keeps them.</param>
    /// <exception cref="ArgumentException">The architecture is not possible, a tensor is missing, or its shape does not fit.</exception>
    public static RouteSaeModel FromTensors(RouteSaeArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary)
    {
        Check(architecture);
        return new RouteSaeModel(architecture, ParameterReader.From(stateDictionary));
    }

    /// <summary>Standardises the hidden states, and routes each token. Training, evaluation, extraction and steering all encode what this returns.</summary>
    /// <param name="hiddenStates">The L routed hidden states, raw, each [N, D].</param>
    /// <param name="mode">Hard or soft. Default: the architecture's.</param>
    /// <exception cref="ArgumentException">The number or the shapes of the hidden states do not fit the architecture.</exception>
    public RoutedActivations Route(IReadOnlyList<Tensor> hiddenStates, RoutingMode? mode = null) => Router.Route(hiddenStates, mode);

    /// <inheritdoc cref="TopKAutoencoder.Encode"/>
    /// <param name="routed">Routed activations, [N, D].</param>
    /// <param name="selection">Replaces the architecture's K at inference. Default: none.</param>
    public SparseCodes Encode(Tensor routed, CodeSelection? selection = null) => Autoencoder.Encode(routed, selection);

    /// <inheritdoc cref="SparseAutoencoder.Decode"/>
    public Tensor Decode(SparseCodes codes) => Autoencoder.Decode(codes);

    /// <inheritdoc/>
    public override EncodedActivations Forward(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection = null)
    {
        using var scope = NewDisposeScope();
        var routed = Route(hiddenStates);
        var codes = Encode(routed.X, selection);
        return new EncodedActivations(routed.X, codes, Decode(codes), routed.LayerWeights(), routed.Probabilities).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void NormalizeDecoder() => Autoencoder.NormalizeDecoder();

    /// <inheritdoc/>
    public override void Dispose()
    {
        Autoencoder.Dispose();
        Router.Dispose();
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<ReplacementPass>? Replacements(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection)
    {
        if (Architecture.Mode != RoutingMode.Hard)
            return null;
        using var scope = NewDisposeScope();
        var routed = Route(hiddenStates);
        var probability = routed.Probabilities.gather(1, routed.Chosen.unsqueeze(1)); // [N, 1]
        var replacements = new List<Replacement>();
        for (var place = 0; place < HiddenStates.Count; place++)
        {
            var rows = (routed.Chosen == place).nonzero().squeeze(1).MoveToOuterDisposeScope();
            var scale = probability.index_select(0, rows).MoveToOuterDisposeScope();
            if (rows.shape[0] > 0)
                replacements.Add(ReplacementOf(place, rows, scale, selection));
        }
        return [new ReplacementPass(replacements)];
    }

    private Replacement ReplacementOf(int place, Tensor rows, Tensor probability, CodeSelection? selection) => new(HiddenStates[place], rows, raw =>
    {
        using var scope = NewDisposeScope();
        if (Architecture.Scaling == HiddenStateScaling.PerLayer)
            return Router.Unscale(Reconstruct(Router.Scale(raw, place), probability, selection), place).to(raw.dtype).MoveToOuterDisposeScope();
        var standardized = Standardize(raw);
        return standardized.Undo(Reconstruct(standardized.Values, probability, selection), Fidelity).to(raw.dtype).MoveToOuterDisposeScope();
    });

    /// <summary>The reconstruction of what routing makes of x, over p where that is p · x; the reference encodes x without p here, which is not what the autoencoder was trained on.</summary>
    private Tensor Reconstruct(Tensor x, Tensor probability, CodeSelection? selection) =>
        Fidelity == Fidelity.Reference || Architecture.IsUnscaled
            ? Decode(Encode(x, selection))
            : Decode(Encode(x * probability, selection)) / probability;

    private static void Check(RouteSaeArchitecture architecture) =>
        ArchitectureCheck.ThrowIfAny("The RouteSAE's architecture", architecture.Problems());
}
