using RouteSae.Checks;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using RouteSae.Tokens.Windows;
using RouteSae.Training.Checkpoints;
using static TorchSharp.torch;

namespace RouteSae.Training.Sources;

/// <summary>
/// Texts → tokens → packed, shuffled windows → hidden states → batches of mixed tokens, as an <see cref="AutoencoderTrainer"/> or a
/// <see cref="TrainingSweep"/> wants them. Layers above the highest hidden state asked for are not computed. Borrows the language
/// model and the tokenizer.
/// </summary>
public sealed class TextActivationSource
{
    private const int PaperContextLength = 512;

    private readonly TextTokenizer _tokenizer;
    private readonly WindowReader _reader;
    private readonly IReadOnlySet<int> _leftOut;
    private readonly TextActivationOptions _options;

    /// <summary>Prepares the source.</summary>
    /// <param name="model">The language model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="hiddenStates">The hidden states that the batches shall hold, ascending: those of the model that is trained, or of the whole sweep.</param>
    /// <param name="options">Default: <see cref="TextActivationOptions"/> as documented.</param>
    /// <exception cref="ArgumentException">Model, tokenizer, hidden states and options do not fit together; the message lists every problem.</exception>
    public TextActivationSource(
        DecoderModel model, TextTokenizer tokenizer, IReadOnlyList<int> hiddenStates, TextActivationOptions? options = null)
    {
        _options = options ?? new TextActivationOptions();
        ArchitectureCheck.ThrowIfAny(
            "The source of activations", [.. _options.Problems(), .. Problems(model, tokenizer, hiddenStates, _options)]);
        _tokenizer = tokenizer;
        _reader = new WindowReader(model, hiddenStates);
        _leftOut = _options.IncludeSpecialTokens ? new HashSet<int>() : tokenizer.SpecialTokens;
    }

    /// <summary>The tokens of a window.</summary>
    public int ContextLength => _options.ContextLength ?? Math.Min(PaperContextLength, _reader.MaximumPositions);

    /// <summary>Where the hidden states come to lie.</summary>
    internal Device Device => _reader.Device;

    /// <summary>Batches of <see cref="TextActivationOptions.BatchTokens"/> real tokens; the last one may be smaller.</summary>
    /// <param name="texts">Gone through once for each pass; empty texts are skipped.</param>
    /// <param name="cancellationToken">Looked at before each forward pass of the language model.</param>
    /// <returns>Whoever takes a batch disposes it. Enumerating again starts over.</returns>
    /// <exception cref="ArgumentException">The texts hold no token; thrown when the first batch is asked for.</exception>
    /// <exception cref="OperationCanceledException">Enumeration was cancelled.</exception>
    public IEnumerable<HiddenStateBatch> Batches(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        using var run = Open(texts);
        while (run.Next(cancellationToken) is { } batch)
            yield return batch;
    }

    /// <summary>The same batches as <see cref="Batches"/>, from a source whose position can be saved.</summary>
    /// <param name="texts">Gone through once for each pass, in an order that must be the same when a training is resumed; empty texts are skipped.</param>
    /// <returns>A source that stands at the beginning. Its position holds the mixed hidden states, MixedBatches × BatchTokens × L × D values.</returns>
    public IActivationSource Open(IEnumerable<string> texts) => new TextActivationRun(this, _options, texts);

    /// <summary>What decides the batches, beside the texts.</summary>
    internal IReadOnlyDictionary<string, string> Settings() => new Dictionary<string, string>(TrainingSettings.Of(_options).Concat(_reader.Settings))
    {
        [nameof(ContextLength)] = $"{ContextLength}",
        ["Tokenizer"] = TokenizerFingerprint.Of(_tokenizer),
    };

    internal IReadOnlyList<int> Tokens(string text) => _tokenizer.Encode(text, addSpecialTokens: false).Ids;

    internal PackingOptions Packing(int pass) => new()
    {
        ContextLength = ContextLength,
        EndOfText = _tokenizer.EndOfSequence,
        WindowStart = _tokenizer.BeginOfSequence,
        ShuffleBuffer = _options.ShuffleBuffer,
        Seed = unchecked(_options.Seed + pass * 1_000_003), // far from the seeds of other runs
    };

    internal HiddenStateBatch Forward(IReadOnlyList<PackedSequence> windows)
    {
        using var scope = NewDisposeScope();
        var tokens = new WindowTokens(windows);
        return new HiddenStateBatch(_reader.Read(tokens), tokens.RealTokens(_leftOut, Device).flatten(), _reader.HiddenStates);
    }

    private static IEnumerable<string> Problems(
        DecoderModel model, TextTokenizer tokenizer, IReadOnlyList<int> hiddenStates, TextActivationOptions options)
    {
        var highest = Math.Min(model.Config.LayerCount - 1, model.LastHiddenState);
        return
        [
            .. hiddenStates.Where(index => index < 0 || index > highest).Select(index =>
                $"Hidden state {index} cannot be read: choose within 0 to {highest} (the language model has {model.Config.LayerCount} layers; the last hidden state is after the final norm)."),
            .. WindowReader.Problems(model, tokenizer, hiddenStates, nameof(options.ContextLength), options.ContextLength),
        ];
    }
}
