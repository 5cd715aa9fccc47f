using RouteSae.Autoencoders.Kinds;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// A JumpReLU sparse autoencoder (Rajamanoharan et al., 2024, arXiv 2407.14435): pre = W_enc (x − b_pre) + b_lat,
/// zⱼ = preⱼ where preⱼ > θⱼ, else 0, with θ learnt; x̂ = W_dec z + b_pre. A penalty on the number of active latents makes
/// it sparse. Owns its tensors.
/// </summary>
/// <remarks>
/// A jump has no gradient towards θ; a window of width ε around it stands in (equations 11 and 12 there): ∂z/∂θ = −θ/ε and
/// ∂step/∂θ = −1/ε where |pre − θ| &lt; ε/2, else 0.
/// </remarks>
public sealed class JumpReluAutoencoder : SparseAutoencoder
{
    internal const string ThresholdName = "threshold";
    private const string BandwidthName = "bandwidth";
    private const double LatentsToLose = 1.5;

    private JumpReluAutoencoder(JumpReluArchitecture architecture, ParameterReader reader)
        : base(architecture, reader, [reader.Read(LatentBiasName, architecture.Latents), reader.Read(ThresholdName, ThresholdRate(architecture), architecture.Latents)]) =>
        Architecture = architecture;

    /// <summary>The kind, for <see cref="AutoencoderKinds"/>.</summary>
    public static AutoencoderKind Definition { get; } = new JumpReluKind();

    /// <inheritdoc/>
    public override AutoencoderKind Kind => Definition;

    /// <inheritdoc/>
    public override JumpReluArchitecture Architecture { get; }

    /// <summary>b_lat, [M].</summary>
    public Tensor LatentBias => Parameters[1].Value;

    /// <summary>θ, [M].</summary>
    public Tensor Threshold => Parameters[2].Value;

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> ScaledWithLatents => [LatentBias, Threshold];

    /// <inheritdoc cref="TopKAutoencoder.Create"/>
    public static JumpReluAutoencoder Create(JumpReluArchitecture architecture, int seed, Device? device = null) =>
        (JumpReluAutoencoder)Definition.Create(architecture, seed, device);

    /// <summary>Loads the tensors <c>encoder.weight</c> [M, D], <c>decoder.weight</c> [D, M], <c>pre_bias</c> [D], <c>latent_bias</c> [M] and <c>threshold</c> [M], as float32.</summary>
    /// <exception cref="ArgumentException">The sizes are not possible, or a tensor's shape does not fit them.</exception>
    public static JumpReluAutoencoder Load(JumpReluArchitecture architecture, ITensorSource weights, Device? device = null) =>
        (JumpReluAutoencoder)Definition.Load(architecture, weights, device);

    /// <inheritdoc cref="TopKAutoencoder.FromTensors"/>
    public static JumpReluAutoencoder FromTensors(JumpReluArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary) =>
        (JumpReluAutoencoder)Definition.FromTensors(architecture, stateDictionary);

    /// <summary>pre = W_enc (x − b_pre) + b_lat.</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <returns>[N, M]; the caller owns it.</returns>
    public override Tensor PreActivations(Tensor x) => PreActivations(x, LatentBias);

    /// <inheritdoc/>
    protected internal override Tensor Activate(Tensor preActivations, CodeSelection? selection = null)
    {
        using var scope = NewDisposeScope();
        if (selection is null)
            return Jump(preActivations).MoveToOuterDisposeScope();
        var codes = selection.Apply(preActivations);
        return (Corrected ? codes.relu() : codes).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The normalised MSE plus λ times the mean number of latents above θ. The reference counts in z, which has already jumped, so that
    /// latents just below θ give it no gradient; Corrected counts in the pre-activations.
    /// </summary>
    public override LossTerms Loss(LossRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var scope = NewDisposeScope();
        var preActivations = PreActivations(request.X);
        var codes = Activate(preActivations);
        var normalizedMse = NormalizedMse.Mean(DecodeDense(codes), request.Target);
        var active = Step(Corrected ? preActivations : codes).sum(1L).mean();
        return LossTerms.Penalized(normalizedMse, active, request.SparsityCoefficient, codes).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Sets θ so that the first batch has half as many active latents again as are wanted: in a short training θ, which moves by at most the
    /// learning rate a step, would not get there from elsewhere. From above, because the penalty can raise θ, not lower it.
    /// </summary>
    protected internal override void StartFrom(Tensor x, double activeLatents)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if ((Threshold != Architecture.InitialThreshold).any().item<bool>())
        {
            return;
        }

        var preActivations = PreActivations(x).flatten();
        var above = Math.Clamp((long)(LatentsToLose * activeLatents / Architecture.Latents * preActivations.shape[0]), 1, preActivations.shape[0]);
        var (largest, _) = preActivations.topk((int)above, sorted: false);
        Threshold.copy_(largest.min().clamp_min(Architecture.InitialThreshold));
    }

    /// <summary>1 where a value lies above θ, else 0, [N, M]: counts active latents, with the window's gradient towards θ and none towards the values.</summary>
    /// <param name="values">[N, M].</param>
    internal Tensor Step(Tensor values)
    {
        using var scope = NewDisposeScope();
        var slope = Window(values) * (-1 / Architecture.Bandwidth);
        return WithSlope(IsAbove(values), slope).MoveToOuterDisposeScope();
    }

    private Tensor Jump(Tensor values)
    {
        var slope = Window(values) * (Threshold.detach() * (-1 / Architecture.Bandwidth));
        return WithSlope(values * IsAbove(values), slope);
    }

    // With Corrected a θ that training has pushed below 0 does not let negative values through.
    private Tensor IsAbove(Tensor values)
    {
        var threshold = Corrected ? Threshold.detach().clamp_min(0) : Threshold.detach();
        return (values.detach() > threshold).to_type(values.dtype);
    }

    private Tensor Window(Tensor values) => ((values.detach() - Threshold.detach()).abs() < Architecture.Bandwidth / 2).to_type(values.dtype);

    /// <summary>The value itself, with a gradient towards θ: what is added is 0.</summary>
    private Tensor WithSlope(Tensor value, Tensor slope) => value + slope * (Threshold - Threshold.detach());

    /// <summary>
    /// θ is a length among standardised activations, which are √D long: with the learning rate of the weights it would need √D times
    /// as many steps as where activations have length 1.
    /// </summary>
    private static double ThresholdRate(JumpReluArchitecture architecture) =>
        architecture.Fidelity == Fidelity.Corrected ? Math.Sqrt(architecture.HiddenSize) : 1;

    private sealed class JumpReluKind : AutoencoderKind
    {
        public override string Name => "jumpRelu";

        public override string Title => "JumpReLU";

        public override SparsityRule Sparsity => SparsityRule.CountPenalty;

        internal override bool IsInReference => true;

        public override SaeLensForm SaeLens { get; } = new("jumprelu", [new(LatentBiasName, "b_enc"), new(ThresholdName, "threshold")]);

        public override AutoencoderArchitecture ArchitectureOf(AutoencoderSettings settings) =>
            settings.Values.GetValueOrDefault(BandwidthName) is [var bandwidth]
                ? Plain(settings) with { Bandwidth = bandwidth }
                : Plain(settings);

        public override AutoencoderSettings SettingsOf(AutoencoderArchitecture architecture) => base.SettingsOf(architecture) with
        {
            Values = new Dictionary<string, IReadOnlyList<double>> { [BandwidthName] = [((JumpReluArchitecture)architecture).Bandwidth] },
        };

        protected override SparseAutoencoder Build(AutoencoderArchitecture architecture, ParameterReader tensors) =>
            new JumpReluAutoencoder((JumpReluArchitecture)architecture, tensors);

        protected internal override Dictionary<string, Tensor> StartingValues(AutoencoderArchitecture architecture, ParameterInitialization initialization) =>
            new(base.StartingValues(architecture, initialization))
            {
                [ThresholdName] = initialization.Zeros(architecture.Latents) + ((JumpReluArchitecture)architecture).InitialThreshold,
            };

        private static JumpReluArchitecture Plain(AutoencoderSettings settings) =>
            new() { HiddenSize = settings.HiddenSize, Latents = settings.Latents, Fidelity = settings.Fidelity };
    }
}
