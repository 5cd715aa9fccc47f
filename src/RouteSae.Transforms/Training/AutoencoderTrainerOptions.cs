using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>How an autoencoder is trained. The defaults are the paper's where the paper has a value; what is ours says so.</summary>
public sealed class AutoencoderTrainerOptions
{
    /// <summary>Tokens to train on. Default 5,000,000 (the paper: 100,000,000).</summary>
    public long TotalTokens { get; set; } = 5_000_000;

    /// <summary>Tokens a step. Default 4,096, ours (the paper: 64 sequences of 512 tokens, that is 32,768).</summary>
    public int BatchTokens { get; set; } = 4096;

    /// <summary>Adam's learning rate between warm-up and decay. Default 5e-4.</summary>
    public double LearningRate { get; set; } = 5e-4;

    /// <summary>Adam's β₁, 0 up to but not including 1. Default 0.9.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>Adam's β₂, 0 up to but not including 1. Default 0.999.</summary>
    public double Beta2 { get; set; } = 0.999;

    /// <summary>Share of the steps over which the learning rate rises from 0. Default 0.05.</summary>
    public double WarmupFraction { get; set; } = 0.05;

    /// <summary>Share of the steps, at the end, over which the learning rate falls to 0. Default 0.2.</summary>
    public double DecayFraction { get; set; } = 0.2;

    /// <summary>Steps from one unit norm of the decoder to the next. Default 10.</summary>
    public int UnitNormInterval { get; set; } = 10;

    /// <summary>
    /// After how many steps the count of <see cref="UnitNormInterval"/> begins anew, as the reference's does with every pass over its
    /// texts. Default null: never.
    /// </summary>
    public int? StepsPerEpoch { get; set; }

    /// <summary>
    /// λ, the weight of the sparsity penalty of a ReLU, gated or JumpReLU autoencoder and of a crosscoder, which needs one: the larger,
    /// the fewer latents are active. 0 or more. Default null: none, as TopK's number of active latents is fixed.
    /// </summary>
    public double? SparsityCoefficient { get; set; }

    /// <summary>
    /// Instead of <see cref="SparsityCoefficient"/>: the mean number of active latents that is wanted, 1 to M. Training then moves λ
    /// until L0 is there, which makes autoencoders of different kinds comparable without a search; JumpReLU's θ starts where the
    /// first batch has half as many again. Default null. Ours, and not
    /// possible with <see cref="Fidelity.Reference"/>.
    /// </summary>
    public double? TargetActiveLatents { get; set; }

    /// <summary>
    /// Weight of the load-balance loss, which keeps the router from sending all tokens to one hidden state. Default 0.01, the
    /// Switch Transformer's; 0 switches it off. Ours, and not in use with <see cref="Fidelity.Reference"/>. docs/fidelity.md has what it
    /// changes: without it, practically all tokens go to one hidden state.
    /// </summary>
    public double LoadBalanceCoefficient { get; set; } = 0.01;

    /// <summary>
    /// Weight of the router's mean entropy in the loss: above 0 the router is pushed to be certain of each token, below 0 to stay
    /// undecided. Default 0: not in use. Ours, and not in use with <see cref="Fidelity.Reference"/>.
    /// </summary>
    public double RouterEntropyCoefficient { get; set; }

    /// <summary>Weight of the dead latents' loss (AuxK). Default 1/32; 0 switches it off. Ours, and not in use with <see cref="Fidelity.Reference"/>.</summary>
    public double AuxiliaryCoefficient { get; set; } = 1.0 / 32;

    /// <summary>How many dead latents may take part in the reconstruction of a token's error. Default null: half of the hidden size.</summary>
    public int? AuxiliaryLatents { get; set; }

    /// <summary>A latent that has not fired for this many tokens is dead. Default 250,000: meant for runs of a few million tokens; raise it with the length of the run.</summary>
    public long DeadAfterTokens { get; set; } = 250_000;

    /// <summary>
    /// Whether b_pre starts at the geometric median of what the model encodes of the first batch, where it is still 0. Default true. Ours, and not in use with <see cref="Fidelity.Reference"/>.
    /// </summary>
    public bool CenterPreBias { get; set; } = true;

    /// <summary>Steps from one progress report to the next. Default 10.</summary>
    public int ReportInterval { get; set; } = 10;

    /// <summary>How many steps <see cref="TotalTokens"/> make, rounded up. Training counts these steps, whatever the size of the batches that arrive.</summary>
    public int Steps => (int)Math.Min(int.MaxValue, (TotalTokens + BatchTokens - 1) / Math.Max(1, BatchTokens));

    /// <summary>How many dead latents may take part, for an architecture.</summary>
    internal int AuxiliaryLatentsOf(AutoencoderArchitecture architecture) => AuxiliaryLatents ?? Math.Max(1, architecture.HiddenSize / 2);

    /// <summary>The loss to ask of an autoencoder, without a penalty.</summary>
    internal LossRequest LossOf(SparseAutoencoder autoencoder, Tensor x, Tensor target, Tensor? deadLatents) => new(x, target)
    {
        DeadLatents = deadLatents,
        AuxiliaryCoefficient = AuxiliaryCoefficient,
        AuxiliaryLatents = AuxiliaryLatentsOf(autoencoder.Architecture),
    };

    /// <summary>Everything that is wrong with these options for a model, in sentences; empty when nothing is.</summary>
    /// <param name="model">What they shall train.</param>
    public IReadOnlyList<string> Problems(AutoencoderModel model)
    {
        var problems = new List<string>(Problems());
        problems.AddRange(SparsityProblems(model));
        return problems;
    }

    /// <summary>Everything that is wrong with these options, in sentences; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        Require(TotalTokens >= 1, $"TotalTokens is {TotalTokens}; it must be at least 1.");
        Require(BatchTokens >= 1, $"BatchTokens is {BatchTokens}; it must be at least 1.");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), $"LearningRate is {LearningRate}; it must be above 0.");
        Require(Beta1 is >= 0 and < 1, $"Beta1 is {Beta1}; it must be at least 0 and below 1.");
        Require(Beta2 is >= 0 and < 1, $"Beta2 is {Beta2}; it must be at least 0 and below 1.");
        Require(WarmupFraction is >= 0 and <= 1, $"WarmupFraction is {WarmupFraction}; it must lie within 0 to 1.");
        Require(DecayFraction is >= 0 and <= 1, $"DecayFraction is {DecayFraction}; it must lie within 0 to 1.");
        Require(!(WarmupFraction + DecayFraction > 1), $"WarmupFraction and DecayFraction are {WarmupFraction} and {DecayFraction}; together they must not exceed 1.");
        Require(UnitNormInterval >= 1, $"UnitNormInterval is {UnitNormInterval}; it must be at least 1.");
        Require(StepsPerEpoch is null or >= 1, $"StepsPerEpoch is {StepsPerEpoch}; it must be at least 1, or null for a single epoch.");
        Require(SparsityCoefficient is null or (>= 0 and < double.PositiveInfinity), $"SparsityCoefficient is {SparsityCoefficient}; it must be 0 or more.");
        Require(TargetActiveLatents is null or (>= 1 and < double.PositiveInfinity), $"TargetActiveLatents is {TargetActiveLatents}; it must be at least 1.");
        Require(TargetActiveLatents is null || SparsityCoefficient is null, "SparsityCoefficient and TargetActiveLatents are both set: one fixes λ, the other moves it. Choose one.");
        Require(LoadBalanceCoefficient is >= 0 and < double.PositiveInfinity, $"LoadBalanceCoefficient is {LoadBalanceCoefficient}; it must not be negative (0 switches load balance off).");
        Require(double.IsFinite(RouterEntropyCoefficient), $"RouterEntropyCoefficient is {RouterEntropyCoefficient}; it must be a finite number (0 switches it off).");
        Require(AuxiliaryCoefficient is >= 0 and < double.PositiveInfinity, $"AuxiliaryCoefficient is {AuxiliaryCoefficient}; it must not be negative (0 switches AuxK off).");
        Require(AuxiliaryLatents is null or >= 1, $"AuxiliaryLatents is {AuxiliaryLatents}; it must be at least 1, or null for half of the hidden size.");
        Require(DeadAfterTokens >= 1, $"DeadAfterTokens is {DeadAfterTokens}; it must be at least 1.");
        Require(ReportInterval >= 1, $"ReportInterval is {ReportInterval}; it must be at least 1.");
        return problems;

        void Require(bool condition, string problem)
        {
            if (!condition)
                problems.Add(problem);
        }
    }

    private IEnumerable<string> SparsityProblems(AutoencoderModel model)
    {
        var penalized = model is CrosscoderModel || model is FixedLayersModel { Autoencoder.Kind.Sparsity: not SparsityRule.ActiveLatents };
        if (penalized && SparsityCoefficient is null && TargetActiveLatents is null)
            yield return $"SparsityCoefficient is not set: {model.Description} is made sparse by a penalty alone. Choose a λ, for example 0.05, and look at the active latents in the progress reports; or set TargetActiveLatents.";
        if (!penalized && (SparsityCoefficient ?? TargetActiveLatents) is not null)
            yield return $"SparsityCoefficient or TargetActiveLatents is set, but {model.Description} has no penalty: ActiveLatents says how sparse it is. Leave both null.";
        if (TargetActiveLatents > model.Latents)
            yield return $"TargetActiveLatents is {TargetActiveLatents}, but there are only {model.Latents} latents.";
        if (TargetActiveLatents is not null && model.Fidelity == Fidelity.Reference)
            yield return "TargetActiveLatents moves λ, which the reference does not: set SparsityCoefficient with Fidelity.Reference.";
    }
}
