using RouteSae.Autoencoders.Kinds;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// A gated sparse autoencoder (Rajamanoharan et al., 2024, arXiv 2404.16014): pre = W_enc (x − b_pre), a gate
/// g = 1 where pre + b_gate > 0, a magnitude max(exp(r_mag) · pre + b_mag, 0), z = g · magnitude, x̂ = W_dec z + b_pre. Owns its
/// tensors.
/// </summary>
public sealed class GatedAutoencoder : SparseAutoencoder
{
    internal const string GateBiasName = "gate_bias";
    internal const string MagnitudeBiasName = "mag_bias";
    internal const string MagnitudeScaleName = "r_mag";

    private GatedAutoencoder(AutoencoderArchitecture architecture, ParameterReader reader)
        : base(architecture, reader, [
            reader.Read(GateBiasName, isTrained: architecture.Fidelity == Fidelity.Corrected, architecture.Latents), // the reference's loss does not reach it
            reader.Read(MagnitudeBiasName, architecture.Latents),
            reader.Read(MagnitudeScaleName, architecture.Latents)
        ]) =>
        Architecture = architecture;

    /// <summary>The kind, for <see cref="AutoencoderKinds"/>.</summary>
    public static AutoencoderKind Definition { get; } = new GatedKind();

    /// <inheritdoc/>
    public override AutoencoderKind Kind => Definition;

    /// <inheritdoc/>
    public override AutoencoderArchitecture Architecture { get; }

    /// <summary>b_gate, [M]. The reference's loss gives it no gradient: with <see cref="Fidelity.Reference"/> it keeps its value.</summary>
    public Tensor GateBias => Parameters[1].Value;

    /// <summary>b_mag, [M].</summary>
    public Tensor MagnitudeBias => Parameters[2].Value;

    /// <summary>r_mag, [M], the logarithm of the magnitude's scale.</summary>
    public Tensor MagnitudeScale => Parameters[3].Value;

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ScaledWithLatents => [GateBias, MagnitudeBias];

    /// <inheritdoc cref="TopKAutoencoder.Create"/>
    public static GatedAutoencoder Create(AutoencoderArchitecture architecture, int seed, Device? device = null) =>
        (GatedAutoencoder)Definition.Create(architecture, seed, device);

    /// <summary>Loads the tensors <c>encoder.weight</c> [M, D], <c>decoder.weight</c> [D, M], <c>pre_bias</c> [D], <c>gate_bias</c> [M], <c>mag_bias</c> [M] and <c>r_mag</c> [M], as float32.</summary>
    /// <exception cref="ArgumentException">The sizes are not possible, or a tensor's shape does not fit them.</exception>
    public static GatedAutoencoder Load(AutoencoderArchitecture architecture, ITensorSource weights, Device? device = null) =>
        (GatedAutoencoder)Definition.Load(architecture, weights, device);

    /// <inheritdoc cref="TopKAutoencoder.FromTensors"/>
    public static GatedAutoencoder FromTensors(AutoencoderArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary) =>
        (GatedAutoencoder)Definition.FromTensors(architecture, stateDictionary);

    /// <summary>pre = W_enc (x − b_pre).</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <returns>[N, M]; the caller owns it.</returns>
    public override Tensor PreActivations(Tensor x) => PreActivations(x, bias: null);

    /// <inheritdoc/>
    /// <remarks>The reference ignores a selection; Corrected applies it to the codes.</remarks>
    protected internal override Tensor Activate(Tensor preActivations, CodeSelection? selection = null)
    {
        using var scope = NewDisposeScope();
        var gate = (preActivations.detach() + GateBias.detach() > 0).to_type(preActivations.dtype);
        var codes = gate * (MagnitudeScale.exp() * preActivations + MagnitudeBias).relu();
        return (Corrected && selection is not null ? selection.Apply(codes) : codes).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The normalised MSE plus a penalty. The reference takes λ times mean |z|, which never trains the gate's bias; Corrected takes λ times
    /// the mean of max(pre + b_gate, 0), and adds the error of reconstructing x from these with the decoder held constant (Rajamanoharan et
    /// al., 2024, arXiv 2404.16014, section 3.2).
    /// </summary>
    public override LossTerms Loss(LossRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!Corrected)
        {
            return base.Loss(request);
        }

        using var scope = NewDisposeScope();
        var preActivations = PreActivations(request.X);
        var codes = Activate(preActivations);
        var normalizedMse = NormalizedMse.Mean(DecodeDense(codes), request.Target);
        var open = GateActivations(preActivations);
        var fromGates = open.mm(DecoderDirections.detach()) + PreBias.detach();
        var auxiliary = NormalizedMse.Mean(fromGates, request.X);
        var terms = LossTerms.Penalized(normalizedMse, open.mean(), request.SparsityCoefficient, codes);
        return (terms with { Auxiliary = auxiliary, Total = terms.Total + auxiliary }).MoveToOuterDisposeScope();
    }

    /// <summary>max(pre + b_gate, 0), [N, M]: how far each gate is open, with a gradient.</summary>
    /// <param name="preActivations">[N, M].</param>
    internal Tensor GateActivations(Tensor preActivations)
    {
        using var scope = NewDisposeScope();
        return (preActivations + GateBias).relu().MoveToOuterDisposeScope();
    }

    private sealed class GatedKind : AutoencoderKind
    {
        public override string Name => "gated";

        public override string Title => "Gated";

        public override SparsityRule Sparsity => SparsityRule.ActivationPenalty;

        internal override bool IsInReference => true;

        public override SaeLensForm SaeLens { get; } = new("gated", [new(GateBiasName, "b_gate"), new(MagnitudeBiasName, "b_mag"), new(MagnitudeScaleName, "r_mag")]);

        public override AutoencoderArchitecture ArchitectureOf(AutoencoderSettings settings) =>
            new AutoencoderArchitecture { HiddenSize = settings.HiddenSize, Latents = settings.Latents, Fidelity = settings.Fidelity };

        protected override SparseAutoencoder Build(AutoencoderArchitecture architecture, ParameterReader tensors) =>
            new GatedAutoencoder((AutoencoderArchitecture)architecture, tensors);

        protected internal override Dictionary<string, Tensor> StartingValues(AutoencoderArchitecture architecture, ParameterInitialization initialization)
        {
            var values = base.StartingValues(architecture, initialization);
            values.Remove(LatentBiasName);
            foreach (var name in new[] { GateBiasName, MagnitudeBiasName, MagnitudeScaleName })
            {
                values[name] = initialization.Zeros(architecture.Latents);
            }

            return values;
        }
    }
}
