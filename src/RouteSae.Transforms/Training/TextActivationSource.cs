using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>
/// Texts → tokens → packed, shuffled windows → hidden states → batches of mixed tokens, as an <see cref="AutoencoderTrainer"/> or a
/// <see cref="TrainingSweep"/> wants them. Layers above the highest hidden state asked for are not computed. Borrows the language
/// model and the tokenizer.
/// </summary>
public sealed class TextActivationSource
{
    private const int PaperContextLength = 512;

    private readonly TextTokenizer _tokenizer;
    private readonly IReadOnlyList<int> _hiddenStates;
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
        Model = model;
        _tokenizer = tokenizer;
        _hiddenStates = hiddenStates;
    }

    /// <summary>The tokens of a window.</summary>
    public int ContextLength => _options.ContextLength ?? Math.Min(PaperContextLength, Model.Config.MaxPositions);

    /// <summary>The language model.</summary>
    internal DecoderModel Model { get; }

    /// <summary>Batches of <see cref="TextActivationOptions.BatchTokens"/> real tokens; the last one may be smaller.</summary>
    /// <param name="texts">Gone through once for each pass; empty texts are skipped.</param>
    /// <param name="cancellation">Looked at before each forward pass of the language model.</param>
    /// <returns>Whoever takes a batch disposes it. Enumerating again starts over.</returns>
    /// <exception cref="ArgumentException">The texts hold no token; thrown when the first batch is asked for.</exception>
    /// <exception cref="OperationCanceledException">Enumeration was cancelled.</exception>
    public IEnumerable<HiddenStateBatch> Batches(IEnumerable<string> texts, CancellationToken cancellation = default)
    {
        using var run = Open(texts);
        while (run.Next(cancellation) is { } batch)
            yield return batch;
    }

    /// <summary>The same batches as <see cref="Batches"/>, from a source whose position can be saved.</summary>
    /// <param name="texts">Gone through once for each pass, in an order that must be the same when a training is resumed; empty texts are skipped.</param>
    /// <returns>A source that stands at the beginning. Its position holds the mixed hidden states, MixedBatches × BatchTokens × L × D values.</returns>
    public IActivationSource Open(IEnumerable<string> texts) => new TextActivationRun(this, _options, texts);

    /// <summary>What decides the batches, beside the texts.</summary>
    internal IReadOnlyDictionary<string, string> Settings() => new Dictionary<string, string>(TrainingSettings.Of(_options))
    {
        [nameof(ContextLength)] = $"{ContextLength}",
        ["HiddenStates"] = string.Join(", ", _hiddenStates),
        ["Tokenizer"] = TokenizerFingerprint.Of(_tokenizer),
        ["LanguageModel"] = $"{Model.Config.ModelType}, {Model.Type}, {WeightFingerprint.Of(Model, _hiddenStates.Max())}",
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
        using var noGradient = no_grad();
        var ids = windows.SelectMany(window => window.Ids).Select(id => (long)id).ToArray();
        var isText = windows.SelectMany(window => Enumerable.Range(0, window.Ids.Length).Select(place => place < window.Length)).ToArray();
        var inputIds = tensor(ids, device: Model.Device).view(windows.Count, -1); // [B, S]
        var attentionMask = tensor(isText, device: Model.Device).view(windows.Count, -1);
        var output = Model.Forward(inputIds, attentionMask, new ForwardRequest { HiddenStates = _hiddenStates });
        var states = _hiddenStates.Select(index => output.HiddenState(index).flatten(0, 1)).ToArray(); // L x [B · S, D]
        var isTrainedOn = ids.Zip(isText, (id, text) => text && (_options.IncludeSpecialTokens || !_tokenizer.SpecialTokens.Contains((int)id)));
        return new HiddenStateBatch(states, tensor(isTrainedOn.ToArray(), device: Model.Device), _hiddenStates);
    }

    private static IEnumerable<string> Problems(
        DecoderModel model, TextTokenizer tokenizer, IReadOnlyList<int> hiddenStates, TextActivationOptions options)
    {
        var config = model.Config;
        if (hiddenStates.Count == 0)
            yield return "No hidden state is asked for; name at least one.";
        var highest = Math.Min(config.LayerCount - 1, model.LastHiddenState);
        foreach (var index in hiddenStates.Where(index => index < 0 || index > highest))
            yield return $"Hidden state {index} cannot be read: choose within 0 to {highest} (the language model has {config.LayerCount} layers; the last hidden state is after the final norm).";
        if (tokenizer.VocabularySize > config.VocabularySize)
            yield return $"The tokenizer has {tokenizer.VocabularySize} tokens, but the language model knows {config.VocabularySize}: they do not belong together.";
        if (options.ContextLength > config.MaxPositions)
            yield return $"ContextLength is {options.ContextLength}, but the language model takes at most {config.MaxPositions} tokens.";
    }
}
