using RouteSae.Autoencoders.Kinds;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// A ReLU sparse autoencoder (Bricken et al., 2023; the reference's Vanilla): pre = W_enc (x − b_pre) + b_lat, z = max(pre, 0),
/// x̂ = W_dec z + b_pre. A penalty on mean |z| makes it sparse. Owns its tensors.
/// </summary>
public sealed class ReluAutoencoder : SparseAutoencoder
{
    private ReluAutoencoder(AutoencoderArchitecture architecture, ParameterReader reader)
        : base(architecture, reader, [reader.Read(LatentBiasName, architecture.Latents)]) =>
        Architecture = architecture;

    /// <summary>The kind, for <see cref="AutoencoderKinds"/>.</summary>
    public static AutoencoderKind Definition { get; } = new ReluKind();

    /// <inheritdoc/>
    public override AutoencoderKind Kind => Definition;

    /// <inheritdoc/>
    public override AutoencoderArchitecture Architecture { get; }

    /// <summary>b_lat, [M].</summary>
    public Tensor LatentBias => Parameters[1].Value;

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ScaledWithLatents => [LatentBias];

    /// <inheritdoc cref="TopKAutoencoder.Create"/>
    public static ReluAutoencoder Create(AutoencoderArchitecture architecture, int seed, Device? device = null) =>
        (ReluAutoencoder)Definition.Create(architecture, seed, device);

    /// <summary>Loads the tensors <c>encoder.weight</c> [M, D], <c>decoder.weight</c> [D, M], <c>pre_bias</c> [D] and <c>latent_bias</c> [M], as float32.</summary>
    /// <exception cref="ArgumentException">The sizes are not possible, or a tensor's shape does not fit them.</exception>
    public static ReluAutoencoder Load(AutoencoderArchitecture architecture, ITensorSource weights, Device? device = null) =>
        (ReluAutoencoder)Definition.Load(architecture, weights, device);

    /// <inheritdoc cref="TopKAutoencoder.FromTensors"/>
    public static ReluAutoencoder FromTensors(AutoencoderArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary) =>
        (ReluAutoencoder)Definition.FromTensors(architecture, stateDictionary);

    /// <summary>pre = W_enc (x − b_pre) + b_lat.</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <returns>[N, M]; the caller owns it.</returns>
    public override Tensor PreActivations(Tensor x) => PreActivations(x, LatentBias);

    /// <inheritdoc/>
    protected internal override Tensor Activate(Tensor preActivations, CodeSelection? selection = null)
    {
        using var scope = NewDisposeScope();
        var codes = selection is null ? preActivations.relu() : selection.Apply(preActivations);
        return (Corrected && selection is not null ? codes.relu() : codes).MoveToOuterDisposeScope();
    }

    private sealed class ReluKind : AutoencoderKind
    {
        public override string Name => "relu";

        public override string Title => "ReLU";

        public override SparsityRule Sparsity => SparsityRule.ActivationPenalty;

        internal override bool IsInReference => true;

        public override SaeLensForm SaeLens { get; } = new("standard", [new(LatentBiasName, "b_enc")]);

        public override AutoencoderArchitecture ArchitectureOf(AutoencoderSettings settings) =>
            new AutoencoderArchitecture { HiddenSize = settings.HiddenSize, Latents = settings.Latents, Fidelity = settings.Fidelity };

        protected override SparseAutoencoder Build(AutoencoderArchitecture architecture, ParameterReader tensors) =>
            new ReluAutoencoder((AutoencoderArchitecture)architecture, tensors);
    }
}
