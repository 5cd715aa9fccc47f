using RouteSae.Checks;
using RouteSae.Tokens;
using RouteSae.Tokens.Windows;
using RouteSae.Training;

namespace RouteSae.Reference;

/// <summary>
/// The token sequences of the authors' program: a text is split into words at blanks, every MaxLength words are joined by
/// single blanks and tokenised with the tokenizer's special tokens, and the tokens are cut, or padded on the right, to
/// MaxLength. What words have more tokens than that is lost, as there. Streams.
/// </summary>
public sealed class ReferenceSequences
{
    private readonly TextTokenizer _tokenizer;
    private readonly int _padding;

    /// <summary>Sequences of a tokenizer.</summary>
    /// <param name="tokenizer">Its padding token, or where it has none its end-of-sequence token, fills sequences up.</param>
    /// <param name="options">Default: <see cref="ReferenceSequenceOptions"/> as documented.</param>
    /// <exception cref="ArgumentException">The options are not possible, or the tokenizer has no token to pad with; the message lists every problem.</exception>
    public ReferenceSequences(TextTokenizer tokenizer, ReferenceSequenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        Options = options ?? new ReferenceSequenceOptions();
        ArchitectureCheck.ThrowIfAny("The reference's sequences", [.. Options.Problems(), .. Problems(tokenizer)]);
        _tokenizer = tokenizer;
        _padding = (tokenizer.Padding ?? tokenizer.EndOfSequence)!.Value;
    }

    /// <summary>The options.</summary>
    public ReferenceSequenceOptions Options { get; }

    /// <summary>How many batches the texts give in an epoch. Goes through the texts, but tokenises nothing.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="cancellationToken">Looked at before each text.</param>
    /// <exception cref="ArgumentException">The texts hold no word.</exception>
    /// <exception cref="OperationCanceledException">Counting was cancelled.</exception>
    public long CountBatches(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        var sequences = 0L;
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            sequences += (PythonText.Words(text).LongCount() + Options.MaxLength - 1) / Options.MaxLength;
        }
        ThrowIfNone(sequences);
        return (sequences + Options.BatchSize - 1) / Options.BatchSize;
    }

    /// <summary>Options with which a trainer takes one step for every batch of every epoch, and counts epochs as the authors' program does.</summary>
    /// <param name="texts">The texts. They are gone through once, to count.</param>
    /// <param name="cancellationToken">Looked at before each text.</param>
    /// <exception cref="ArgumentException">The texts hold no word.</exception>
    /// <exception cref="OperationCanceledException">Counting was cancelled.</exception>
    public AutoencoderTrainerOptions TrainerOptions(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        var batches = CountBatches(texts, cancellationToken);
        var batchTokens = checked(Options.BatchSize * Options.MaxLength);
        return new AutoencoderTrainerOptions
        {
            BatchTokens = batchTokens,
            TotalTokens = batches * Options.Epochs * batchTokens,
            StepsPerEpoch = checked((int)batches),
        };
    }

    /// <summary>The batches of all epochs: BatchSize sequences each, in the order of the texts; the last one of an epoch may be smaller.</summary>
    /// <param name="texts">Gone through once an epoch; blank texts leave no trace.</param>
    /// <exception cref="ArgumentException">The texts hold no word.</exception>
    public IEnumerable<IReadOnlyList<PackedSequence>> Batches(IEnumerable<string> texts)
    {
        for (var epoch = 0; epoch < Options.Epochs; epoch++)
        {
            var batches = 0L;
            foreach (var batch in texts.SelectMany(Cut).Chunk(Options.BatchSize))
            {
                batches++;
                yield return batch;
            }
            ThrowIfNone(batches);
        }
    }

    /// <summary>The sequences of one text.</summary>
    /// <param name="text">Any text.</param>
    public IEnumerable<PackedSequence> Cut(string text) =>
        PythonText.Words(text).Chunk(Options.MaxLength).Select(words => Padded(string.Join(' ', words)));

    private PackedSequence Padded(string words)
    {
        var tokens = _tokenizer.EncodeUpTo(words, Options.MaxLength).Ids;
        var ids = new int[Options.MaxLength];
        Array.Fill(ids, _padding);
        for (var place = 0; place < tokens.Count; place++)
            ids[place] = tokens[place];
        return new PackedSequence(ids, tokens.Count);
    }

    private static void ThrowIfNone(long count)
    {
        if (count == 0)
            throw new ArgumentException("There is nothing to train on: the texts hold no word. Look at the folder, and at the field that holds the texts.");
    }

    private IEnumerable<string> Problems(TextTokenizer tokenizer)
    {
        if (tokenizer.Padding is null && tokenizer.EndOfSequence is null)
            yield return "The tokenizer has neither a padding nor an end-of-sequence token to fill sequences up with. Name one in tokenizer_config.json (pad_token or eos_token).";
        var special = tokenizer.Encode("").Ids.Count;
        if (Options.MaxLength >= 1 && Options.MaxLength <= special)
            yield return $"MaxLength is {Options.MaxLength}, but the tokenizer's special tokens alone are {special}; it must be larger.";
    }
}
