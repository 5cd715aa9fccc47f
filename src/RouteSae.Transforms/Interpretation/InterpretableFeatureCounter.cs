using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Statistics;
using RouteSae.Checks;
using RouteSae.Tokens;
using static TorchSharp.torch;

namespace RouteSae.Interpretation;

/// <summary>
/// Counts, in one pass over batches of codes, how many latents are interpretable by the paper's rule. The counts are exact at every
/// threshold, which may be chosen afterwards. Memory does not grow with the number of tokens seen.
/// </summary>
/// <remarks>
/// Activations of models of different sparsity and scale are not alike, so that a fixed threshold asks more of one than of another:
/// report the count at the paper's threshold, and the count where every model has one activation a token above its threshold
/// (<see cref="ThresholdFor"/>).
/// </remarks>
public sealed class InterpretableFeatureCounter
{
    /// <summary>The paper's threshold, for Llama-3.2-1B: 15.</summary>
    public const double PaperThreshold = 15;

    private readonly InterpretabilityRule _rule;
    private readonly TokenClasses _classes;
    private readonly StrongestByClass?[] _latents;
    private readonly ActivationHistogram _activations = new();
    private readonly int _mostClasses;

    /// <summary>Creates a counter that has seen nothing.</summary>
    /// <param name="latents">M, at least 1.</param>
    /// <param name="tokenizer">The language model's tokenizer.</param>
    /// <param name="rule">The rule; the paper's when null. Not to be changed afterwards.</param>
    /// <exception cref="ArgumentException">The rule is not possible; the message lists every problem.</exception>
    public InterpretableFeatureCounter(int latents, TextTokenizer tokenizer, InterpretabilityRule? rule = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latents, 1);
        ArgumentNullException.ThrowIfNull(tokenizer);
        _rule = rule ?? new InterpretabilityRule();
        ArchitectureCheck.ThrowIfAny("The rule", _rule.Problems());
        _classes = new TokenClasses(tokenizer);
        _latents = new StrongestByClass?[latents];
        _mostClasses = Math.Min(_rule.MaximumTokenClasses, tokenizer.VocabularySize);
    }

    /// <summary>The number of real tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <inheritdoc cref="FeatureContextCollector.Add"/>
    public void Add(Tensor inputIds, SparseCodes codes, Tensor? realTokens = null)
    {
        var batch = new SequenceActivations(inputIds, codes, realTokens, _latents.Length);
        foreach (var activation in batch.Above(0))
        {
            var strongest = _latents[activation.Latent] ??= new StrongestByClass(
                Math.Max(_mostClasses + 1, _rule.MinimumContexts), Math.Min(_rule.ContextsPerToken, _rule.MinimumContexts));
            strongest.Add(_classes.Of(batch.Ids[activation.Token]), activation.Value);
            _activations.Add(activation.Value);
        }
        Tokens += batch.Ids.Length;
    }

    /// <summary>Counts the interpretable latents.</summary>
    /// <param name="threshold">An activation above this value is a context. 0 or more.</param>
    public InterpretableFeatures Count(double threshold)
    {
        if (!(threshold >= 0))
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "The threshold must be 0 or more.");
        var onAnyTokens = _latents.OfType<StrongestByClass>().Where(latent => latent.Contexts((float)threshold) >= _rule.MinimumContexts).ToArray();
        return new InterpretableFeatures
        {
            Threshold = threshold,
            Count = onAnyTokens.Count(latent => latent.Classes((float)threshold) <= _mostClasses),
            CountOnAnyTokens = onAnyTokens.Length,
        };
    }

    /// <summary>
    /// The lowest threshold, on a grid with steps of at most 1/4096 of its value, above which there are no more than so many
    /// activations a token.
    /// </summary>
    /// <param name="activationsPerToken">Activations above the threshold by real tokens, of all latents and hidden states together. Default 1.</param>
    /// <returns>The threshold; 0 when there are no more activations than that.</returns>
    public double ThresholdFor(double activationsPerToken = 1)
    {
        if (!(activationsPerToken >= 0))
            throw new ArgumentOutOfRangeException(nameof(activationsPerToken), activationsPerToken, "The number of activations a token must be 0 or more.");
        return _activations.LowestThreshold(activationsPerToken * Tokens);
    }
}
