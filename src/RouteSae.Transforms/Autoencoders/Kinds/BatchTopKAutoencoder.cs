using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kinds;

/// <summary>
/// A BatchTopK sparse autoencoder (Bussmann et al., 2024, arXiv 2412.06410): pre = W_enc (x − b_pre) + b_lat. In training the K·N largest
/// of a batch of N tokens are active, so that tokens share the K·N as they need. At inference, where there is no batch, latents above a
/// threshold θ are: the running mean of the smallest activation of each training batch. x̂ = W_dec z + b_pre. Owns its tensors.
/// </summary>
public class BatchTopKAutoencoder : SparseAutoencoder
{
    /// <summary>The share of a training step in θ.</summary>
    private const double ThresholdRate = 0.01;

    private const string ThresholdName = "threshold";

    private readonly TopKArchitecture _architecture;

    private protected BatchTopKAutoencoder(TopKArchitecture architecture, ParameterReader tensors)
        : base(architecture, tensors, [tensors.Read(LatentBiasName, architecture.Latents), tensors.Read(ThresholdName, isTrained: false, 1)]) =>
        _architecture = architecture;

    /// <summary>The kind, for <see cref="AutoencoderKinds"/>.</summary>
    public static AutoencoderKind Definition { get; } = new BatchTopKKind();

    /// <inheritdoc/>
    public override AutoencoderKind Kind => Definition;

    /// <summary>The sizes; K is the mean number of active latents per token.</summary>
    public override TopKArchitecture Architecture => _architecture;

    /// <summary>b_lat, [M].</summary>
    public Tensor LatentBias => Parameters[1].Value;

    /// <summary>θ, [1]; 0 before the first training step.</summary>
    public Tensor Threshold => Parameters[2].Value;

    /// <inheritdoc/>
    protected internal override Tensor LatentBiasValues => LatentBias;

    /// <inheritdoc/>
    public override Tensor PreActivations(Tensor x) => PreActivations(x, LatentBias);

    /// <summary>The normalised MSE of the codes that the batch selects, and the dead latents' loss (<see cref="AuxiliaryLoss"/>).</summary>
    public override LossTerms Loss(LossRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var scope = NewDisposeScope();
        var codes = LargestOfBatch(PreActivations(request.X));
        var reconstruction = DecodeDense(codes);
        var normalizedMse = ReconstructionLoss(codes, reconstruction, request.Target);
        var terms = new LossTerms(normalizedMse.alias(), NormalizedMse.Mean(reconstruction.detach(), request.Target)) { DenseCodes = codes };
        return terms.WithAuxiliary(this, request, reconstruction).MoveToOuterDisposeScope();
    }

    /// <summary>Moves θ towards the smallest activation of the step's batch.</summary>
    protected internal override void StepTaken(LossTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var codes = terms.DenseCodes!.detach();
        var active = codes.masked_select(codes > 0);
        if (active.shape[0] > 0)
        {
            var rate = Threshold.to_type(ScalarType.Float64).item<double>() == 0 ? 1 : ThresholdRate;
            Threshold.add_((active.min() - Threshold) * rate);
        }
    }

    /// <inheritdoc/>
    protected internal override Tensor Activate(Tensor preActivations, CodeSelection? selection = null)
    {
        ArgumentNullException.ThrowIfNull(preActivations);
        using var scope = NewDisposeScope();
        var codes = selection is null ? preActivations.where(preActivations > Threshold, zeros_like(preActivations)) : selection.Apply(preActivations);
        return codes.relu().MoveToOuterDisposeScope();
    }

    /// <summary>What the reconstruction contributes to the loss, in the caller's scope.</summary>
    /// <param name="codes">[N, M].</param>
    /// <param name="reconstruction">x̂, [N, D].</param>
    /// <param name="target">[N, D].</param>
    private protected virtual Tensor ReconstructionLoss(Tensor codes, Tensor reconstruction, Tensor target) => NormalizedMse.Mean(reconstruction, target);

    /// <summary>The K·N largest positive pre-activations of N tokens, the rest being 0, [N, M].</summary>
    private Tensor LargestOfBatch(Tensor preActivations)
    {
        using var scope = NewDisposeScope();
        var all = preActivations.relu().flatten();
        var kept = Math.Min(preActivations.shape[0] * Architecture.ActiveLatents, all.shape[0]);
        var (values, places) = all.topk((int)kept, sorted: false);
        return zeros_like(all).scatter(0, places, values).view_as(preActivations).MoveToOuterDisposeScope();
    }

    /// <summary>The definition of BatchTopK, and what Matryoshka shares with it.</summary>
    private protected class BatchTopKKind : AutoencoderKind
    {
        /// <inheritdoc/>
        public override string Name => "batchTopK";

        /// <inheritdoc/>
        public override string Title => "BatchTopK";

        /// <inheritdoc/>
        public override SparsityRule Sparsity => SparsityRule.ActiveLatents;

        /// <summary>SAELens publishes it as JumpReLU, with θ for each latent.</summary>
        public override SaeLensForm SaeLens { get; } = new("jumprelu", [new(LatentBiasName, "b_enc"), new(ThresholdName, "threshold")]) { IsRead = false };

        /// <inheritdoc/>
        public override AutoencoderArchitecture ArchitectureOf(AutoencoderSettings settings) =>
            new TopKArchitecture { HiddenSize = settings.HiddenSize, Latents = settings.Latents, ActiveLatents = settings.ActiveLatents, Fidelity = settings.Fidelity };

        /// <inheritdoc/>
        public override AutoencoderSettings SettingsOf(AutoencoderArchitecture architecture) =>
            base.SettingsOf(architecture) with { ActiveLatents = ((TopKArchitecture)architecture).ActiveLatents };

        /// <inheritdoc/>
        protected override SparseAutoencoder Build(AutoencoderArchitecture architecture, ParameterReader tensors) =>
            new BatchTopKAutoencoder((TopKArchitecture)architecture, tensors);

        /// <inheritdoc/>
        protected internal override Dictionary<string, Tensor> StartingValues(AutoencoderArchitecture architecture, ParameterInitialization initialization) =>
            new(base.StartingValues(architecture, initialization)) { [ThresholdName] = initialization.Zeros(1) };
    }
}
