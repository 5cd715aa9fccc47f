using RouteSae.Autoencoders.Kernels;
using RouteSae.Autoencoders.Kinds;
using RouteSae.Kernels;
using RouteSae.Native;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// A TopK sparse autoencoder: pre = W_enc (x − b_pre) + b_lat, z = the K largest of pre, x̂ = W_dec z + b_pre. Owns its
/// tensors. Encoding and decoding may run on several threads at once.
/// </summary>
public sealed class TopKAutoencoder : SparseAutoencoder
{
    private readonly TopKArchitecture _architecture;
    private readonly AutoencoderParameter _latentBias; // [M]
    private readonly Lazy<SparseEncoder> _sparseEncoder;

    internal TopKAutoencoder(TopKArchitecture architecture, ParameterReader reader)
        : base(architecture, reader, [reader.Read(LatentBiasName, architecture.Latents)])
    {
        _architecture = architecture;
        _latentBias = Parameters[1];
        _sparseEncoder = new Lazy<SparseEncoder>(() => new SparseEncoder(EncoderWeight, PreBias, LatentBias));
    }

    /// <summary>The kind, for <see cref="AutoencoderKinds"/>.</summary>
    public static AutoencoderKind Definition { get; } = new TopKKind();

    /// <inheritdoc/>
    protected internal override Tensor LatentBiasValues => LatentBias;

    /// <inheritdoc/>
    protected internal override bool EncodesSparsely => true;

    /// <inheritdoc/>
    public override AutoencoderKind Kind => Definition;

    /// <inheritdoc/>
    public override TopKArchitecture Architecture => _architecture;

    /// <summary>b_lat, [M]. Change it by tensor operations only: writing to its memory (data, bytes) goes unnoticed, and codes may then be wrong.</summary>
    public Tensor LatentBias => _latentBias.Value;

    /// <summary>A new autoencoder whose decoder starts as the transpose of its encoder, with zero biases.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="seed">Seed of the encoder's starting values.</param>
    /// <param name="device">Where the tensors live. Default: the CPU.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together; the message lists every problem.</exception>
    public static TopKAutoencoder Create(TopKArchitecture architecture, int seed, Device? device = null) =>
        (TopKAutoencoder)Definition.Create(architecture, seed, device);

    /// <summary>Loads the tensors <c>encoder.weight</c> [M, D], <c>decoder.weight</c> [D, M], <c>pre_bias</c> and <c>latent_bias</c>, as float32.</summary>
    /// <exception cref="ArgumentException">The sizes do not fit together, or a tensor's shape does not fit them.</exception>
    public static TopKAutoencoder Load(TopKArchitecture architecture, ITensorSource weights, Device? device = null) =>
        (TopKAutoencoder)Definition.Load(architecture, weights, device);

    /// <summary>Copies tensors that are in memory; the autoencoder computes in their type (float32 or float64) and on their device.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="stateDictionary">The tensors under their stored names. The caller keeps them.</param>
    /// <exception cref="ArgumentException">A tensor is missing, or its shape does not fit the architecture.</exception>
    public static TopKAutoencoder FromTensors(TopKArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary) =>
        (TopKAutoencoder)Definition.FromTensors(architecture, stateDictionary);

    /// <summary>pre = W_enc (x − b_pre) + b_lat.</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <returns>[N, M]; the caller owns it.</returns>
    public override Tensor PreActivations(Tensor x) => PreActivations(x, LatentBias);

    /// <summary>
    /// Keeps the K largest pre-activations of each token. With <see cref="Fidelity.Corrected"/> a negative one among them
    /// counts as not active (value 0); the reference keeps it, so that a feature may "fire" below zero.
    /// </summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <param name="selection">Replaces the architecture's K at inference. Default: none.</param>
    /// <returns>The codes; the order of a token's slots has no meaning. The caller owns them.</returns>
    /// <exception cref="ArgumentException">
    /// A pre-activation is NaN; the message names the token. Looked for on the CPU in float32, where no gradients are recorded and no
    /// threshold selects.
    /// </exception>
    public override SparseCodes Encode(Tensor x, CodeSelection? selection = null)
    {
        TorchRuntime.UseThreads();
        if (selection?.Threshold is not null)
            return base.Encode(x, selection);
        var path = KernelSupport.Choose(Path, x, EncoderWeight, PreBias, LatentBias);
        if (path != ComputePath.TorchOperations && !Gradients.AreWanted(x, EncoderWeight, PreBias, LatentBias))
            return EncodeByKernel(x, Slots(selection));
        using var scope = NewDisposeScope();
        var (values, indices) = LargestLinear.Apply(x - PreBias, EncoderWeight, LatentBias, Slots(selection));
        return new SparseCodes(indices, Corrected ? values.relu() : values).MoveToOuterDisposeScope();
    }

    /// <summary>The normalised MSE, and with Corrected the dead latents' loss (<see cref="AuxiliaryLoss"/>).</summary>
    public override LossTerms Loss(LossRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var scope = NewDisposeScope();
        var codes = Encode(request.X);
        var reconstruction = Decode(codes);
        var normalizedMse = NormalizedMse.Mean(reconstruction, request.Target);
        var terms = new LossTerms(normalizedMse.alias(), normalizedMse) { Codes = codes };
        return (Corrected ? terms.WithAuxiliary(this, request, reconstruction) : terms).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tensors.</summary>
    public override void Dispose()
    {
        base.Dispose();
        if (_sparseEncoder.IsValueCreated)
            _sparseEncoder.Value.Dispose();
    }

    /// <summary>Encodes by kernels into codes that are there; see <see cref="SparseEncoder.Encode"/>.</summary>
    internal void EncodeByKernel(Tensor x, SparseCodes codes, Tensor? centered = null) =>
        _sparseEncoder.Value.Encode(
            x, codes, Corrected, KernelSupport.Choose(Path, x) == ComputePath.BFloat16Kernels, centered);

    /// <summary>Tells that a kernel has changed the parameters in place.</summary>
    internal void ParametersChanged() => _sparseEncoder.Value.ParametersChanged();

    /// <inheritdoc/>
    protected internal override Tensor Activate(Tensor preActivations, CodeSelection? selection = null)
    {
        using var scope = NewDisposeScope();
        var codes = (selection ?? CodeSelection.Largest(Architecture.ActiveLatents)).Apply(preActivations);
        return (Corrected ? codes.relu() : codes).MoveToOuterDisposeScope();
    }

    private SparseCodes EncodeByKernel(Tensor x, int slots)
    {
        var codes = SparseCodes.Empty(x.shape[0], slots);
        try
        {
            EncodeByKernel(x, codes);
            return codes;
        }
        catch
        {
            codes.Dispose();
            throw;
        }
    }

    private int Slots(CodeSelection? selection) =>
        Math.Min(selection?.ActiveLatents ?? Architecture.ActiveLatents, Architecture.Latents);

    private sealed class TopKKind : AutoencoderKind
    {
        public override string Name => "topK";

        public override string Title => "TopK";

        public override SparsityRule Sparsity => SparsityRule.ActiveLatents;

        internal override bool IsInReference => true;

        public override SaeLensForm SaeLens { get; } = new("topk", [new(LatentBiasName, "b_enc")]);

        public override AutoencoderArchitecture ArchitectureOf(AutoencoderSettings settings) =>
            new TopKArchitecture { HiddenSize = settings.HiddenSize, Latents = settings.Latents, ActiveLatents = settings.ActiveLatents, Fidelity = settings.Fidelity };

        public override AutoencoderSettings SettingsOf(AutoencoderArchitecture architecture) =>
            base.SettingsOf(architecture) with { ActiveLatents = ((TopKArchitecture)architecture).ActiveLatents };

        protected override SparseAutoencoder Build(AutoencoderArchitecture architecture, ParameterReader tensors) =>
            new TopKAutoencoder((TopKArchitecture)architecture, tensors);
    }
}
