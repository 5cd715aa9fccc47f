using RouteSae.Autoencoders;
using RouteSae.Checks;
using RouteSae.Tokens;
using static TorchSharp.torch;

namespace RouteSae.Interpretation;

/// <summary>
/// Collects, batch by batch, the contexts in which latents fire, and finds the interpretable ones by the paper's rule. Memory grows
/// with the latents, the token classes of each up to the limit, and the contexts of a class, not with the number of tokens seen.
/// </summary>
public sealed class FeatureContextCollector
{
    private readonly FeatureContextOptions _options;
    private readonly TextTokenizer _tokenizer;
    private readonly TokenClasses _classes;
    private readonly ContextWriter _writer;
    private readonly LatentContextSet?[] _latents;

    /// <summary>Creates a collector that has seen nothing.</summary>
    /// <param name="latents">M, at least 1.</param>
    /// <param name="tokenizer">The language model's tokenizer.</param>
    /// <param name="options">The rule; the defaults when null. Not to be changed afterwards.</param>
    /// <exception cref="ArgumentException">The options are not possible; the message lists every problem.</exception>
    public FeatureContextCollector(int latents, TextTokenizer tokenizer, FeatureContextOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latents, 1);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_tokenizer, _options) = (tokenizer, options ?? new FeatureContextOptions());
        ArchitectureCheck.ThrowIfAny("The collection of contexts", _options.Problems());
        _classes = new TokenClasses(tokenizer);
        _writer = new ContextWriter(tokenizer, _options.MaximumTokens);
        _latents = new LatentContextSet?[latents];
    }

    /// <summary>Takes the codes of a batch of sequences into account.</summary>
    /// <param name="inputIds">Token ids, I64 [B, S].</param>
    /// <param name="codes">
    /// The codes of the N real tokens, row after row; of a multi-layer model L times N, hidden state by hidden state. The caller keeps them.
    /// </param>
    /// <param name="realTokens">
    /// Bool [B, S], true where a token was encoded. The others have no context and are missing from those of their neighbours. Default:
    /// all are real, as in the authors' program, which also encodes padding.
    /// </param>
    /// <exception cref="ArgumentException">The shapes do not agree, a token or latent does not exist, or an activation is NaN or infinite.</exception>
    public void Add(Tensor inputIds, SparseCodes codes, Tensor? realTokens = null)
    {
        var batch = new SequenceActivations(inputIds, codes, realTokens, _latents.Length);
        var tokens = batch.Ids.Select(_tokenizer.VocabularyToken).ToArray();
        var sequences = SequenceOfEachToken(batch);
        foreach (var activation in batch.Above((float)_options.Threshold))
        {
            var contexts = _latents[activation.Latent] ??= new LatentContextSet(_options);
            contexts.Add(_classes.Of(batch.Ids[activation.Token]), activation.Value, () => Text(batch, tokens, activation.Token, sequences[activation.Token]));
        }
    }

    /// <summary>The interpretable latents so far.</summary>
    public FeatureContexts Build() => new()
    {
        Threshold = _options.Threshold,
        MaximumTokens = _options.MaximumTokens,
        ContextsPerToken = _options.ContextsPerToken,
        MinimumContexts = _options.MinimumContexts,
        Latents =
        [
            .. _latents.Select((contexts, latent) => (Latent: latent, Classes: contexts?.Build(_classes)))
                .Where(item => item.Classes is not null)
                .Select(item => new LatentContexts(item.Latent, item.Classes!)),
        ],
    };

    private static int[] SequenceOfEachToken(SequenceActivations batch) =>
    [
        .. Enumerable.Range(0, batch.Starts.Length - 1).SelectMany(row => Enumerable.Repeat(row, batch.Starts[row + 1] - batch.Starts[row])),
    ];

    private string Text(SequenceActivations batch, string[] tokens, int token, int sequence)
    {
        var start = batch.Starts[sequence];
        return _writer.Write(tokens.AsSpan(start, batch.Starts[sequence + 1] - start), token - start);
    }
}
