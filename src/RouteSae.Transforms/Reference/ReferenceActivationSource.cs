using RouteSae.Checks;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using RouteSae.Tokens.Windows;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;
using static TorchSharp.torch;

namespace RouteSae.Reference;

/// <summary>
/// The hidden states on which the authors' program trains: those of <see cref="ReferenceSequences"/>, batch by batch and in
/// order, at every position. Padding is not told from text. For comparison with published numbers; a
/// <see cref="TextActivationSource"/> loses no text, mixes it and leaves padding out. Borrows the language model.
/// </summary>
public sealed class ReferenceActivationSource
{
    private readonly WindowReader _reader;

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
        _reader = new WindowReader(model, hiddenStates);
    }

    /// <summary>The sequences that the language model reads.</summary>
    public ReferenceSequences Sequences { get; }

    /// <summary>Batches of BatchSize · MaxLength positions, without a mask; the last one of an epoch may be smaller.</summary>
    /// <param name="texts">Gone through once an epoch; blank texts leave no trace.</param>
    /// <param name="cancellationToken">Looked at before each forward pass of the language model.</param>
    /// <returns>Whoever takes a batch disposes it. Enumerating again starts over.</returns>
    /// <exception cref="ArgumentException">The texts hold no word.</exception>
    /// <exception cref="OperationCanceledException">Enumeration was cancelled.</exception>
    public IEnumerable<HiddenStateBatch> Batches(IEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        using var run = Open(texts);
        while (run.Next(cancellationToken) is { } batch)
            yield return batch;
    }

    /// <summary>The same batches as <see cref="Batches"/>, from a source whose position can be saved.</summary>
    /// <param name="texts">Gone through once an epoch, in an order that must be the same when a training is resumed.</param>
    /// <returns>A source that stands at the beginning.</returns>
    public IActivationSource Open(IEnumerable<string> texts) => new ReferenceActivationRun(this, texts);

    /// <summary>What decides the batches, beside the texts.</summary>
    internal IReadOnlyDictionary<string, string> Settings() =>
        new Dictionary<string, string>(TrainingSettings.Of(Sequences.Options).Concat(_reader.Settings));

    internal HiddenStateBatch Forward(IReadOnlyList<PackedSequence> sequences)
    {
        using var scope = NewDisposeScope();
        return new HiddenStateBatch(_reader.Read(new WindowTokens(sequences)), indices: _reader.HiddenStates);
    }

    private IEnumerable<string> Problems(DecoderModel model, TextTokenizer tokenizer, IReadOnlyList<int> hiddenStates) =>
    [
        .. hiddenStates.Where(index => index < 0 || index > model.LastHiddenState)
            .Select(index => $"Hidden state {index} does not exist in this model: choose within 0 to {model.LastHiddenState}."),
        .. WindowReader.Problems(model, tokenizer, hiddenStates, nameof(ReferenceSequenceOptions.MaxLength), Sequences.Options.MaxLength),
    ];
}
