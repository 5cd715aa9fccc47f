using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Training;

/// <summary>
/// The hidden states on which the authors' program trains: those of <see cref="ReferenceSequences"/>, batch by batch and in
/// order, at every position. Padding is not told from text. For comparison with published numbers; a
/// <see cref="TextActivationSource"/> loses no text, mixes it and leaves padding out. Borrows the language model.
/// </summary>
public sealed class ReferenceActivationSource
{
    private readonly DecoderModel _model;
    private readonly IReadOnlyList<int> _hiddenStates;

    /// <summary>Prepares the source.</summary>
    /// <param name="model">The language model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="hiddenStates">The hidden states of a batch, in their order, in Hugging Face's numbering; the last one, after the final norm, is allowed.</param>
    /// <param name="options">Default: <see cref="ReferenceSequenceOptions"/> as documented.</param>
    /// <exception cref="ArgumentException">Model, tokenizer, hidden states and options do not fit together; the message lists every problem.</exception>
    public ReferenceActivationSource(
        DecoderModel model, TextTokenizer tokenizer, IReadOnlyList<int> hiddenStates, ReferenceSequenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Sequences = new ReferenceSequences(tokenizer, options);
        ArchitectureCheck.ThrowIfAny("The reference's activations", [.. Problems(model, tokenizer, hiddenStates)]);
        _model = model;
        _hiddenStates = hiddenStates;
    }

    /// <summary>The sequences that the language model reads.</summary>
    public ReferenceSequences Sequences { get; }

    /// <summary>Batches of BatchSize · MaxLength positions, without a mask; the last one of an epoch may be smaller.</summary>
    /// <param name="texts">Gone through once an epoch; blank texts leave no trace.</param>
    /// <param name="cancellation">Looked at before each forward pass of the language model.</param>
    /// <returns>Whoever takes a batch disposes it. Enumerating again starts over.</returns>
    /// <exception cref="ArgumentException">The texts hold no word.</exception>
    /// <exception cref="OperationCanceledException">Enumeration was cancelled.</exception>
    public IEnumerable<HiddenStateBatch> Batches(IEnumerable<string> texts, CancellationToken cancellation = default)
    {
        using var run = Open(texts);
        while (run.Next(cancellation) is { } batch)
            yield return batch;
    }

    /// <summary>The same batches as <see cref="Batches"/>, from a source whose position can be saved.</summary>
    /// <param name="texts">Gone through once an epoch, in an order that must be the same when a training is resumed.</param>
    /// <returns>A source that stands at the beginning.</returns>
    public IActivationSource Open(IEnumerable<string> texts) => new ReferenceActivationRun(this, texts);

    /// <summary>What decides the batches, beside the texts.</summary>
    internal IReadOnlyDictionary<string, string> Settings() => new Dictionary<string, string>(TrainingSettings.Of(Sequences.Options))
    {
        ["HiddenStates"] = string.Join(", ", _hiddenStates),
        ["LanguageModel"] = $"{_model.Config.ModelType}, {_model.Type}, {WeightFingerprint.Of(_model, _hiddenStates.Max())}",
    };

    internal HiddenStateBatch Forward(IReadOnlyList<PackedSequence> sequences)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var ids = sequences.SelectMany(sequence => sequence.Ids).Select(id => (long)id).ToArray();
        var isText = sequences.SelectMany(sequence => Enumerable.Range(0, sequence.Ids.Length).Select(place => place < sequence.Length)).ToArray();
        var inputIds = tensor(ids, device: _model.Device).view(sequences.Count, -1); // [B, S]
        var attentionMask = tensor(isText, device: _model.Device).view(sequences.Count, -1);
        var output = _model.Forward(inputIds, attentionMask, new ForwardRequest { HiddenStates = _hiddenStates });
        return new HiddenStateBatch(_hiddenStates.Select(index => output.HiddenState(index).flatten(0, 1)).ToArray(), indices: _hiddenStates); // L x [B · S, D]
    }

    private IEnumerable<string> Problems(DecoderModel model, TextTokenizer tokenizer, IReadOnlyList<int> hiddenStates)
    {
        var config = model.Config;
        if (hiddenStates.Count == 0)
            yield return "No hidden state is named.";
        foreach (var index in hiddenStates.Where(index => index < 0 || index > model.LastHiddenState))
            yield return $"Hidden state {index} does not exist in this model: choose within 0 to {model.LastHiddenState}.";
        if (tokenizer.VocabularySize > config.VocabularySize)
            yield return $"The tokenizer has {tokenizer.VocabularySize} tokens, but the language model knows {config.VocabularySize}: they do not belong together.";
        if (Sequences.Options.MaxLength > config.MaxPositions)
            yield return $"MaxLength is {Sequences.Options.MaxLength}, but the language model takes at most {config.MaxPositions} tokens.";
    }
}
