using RouteSae.Reference;
using RouteSae.Tokens.Windows;
using RouteSae.Training.Sources;
using static TorchSharp.torch;

namespace RouteSae.PaperComparison;

/// <summary>Batches of hidden states by a <see cref="DataRule"/>.</summary>
internal sealed class RuledBatches(ComparedLanguageModel language, IReadOnlyList<int> hiddenStates, int batchTokens, int seed)
{
    /// <summary>All rules but the default.</summary>
    public IEnumerable<HiddenStateBatch> Of(DataRule rule, IReadOnlyList<string> texts) => rule switch
    {
        DataRule.SpecialTokens => Packed(Mixed(includeSpecialTokens: true)).Batches(texts),
        DataRule.PackedInOrder => Packed(new TextActivationOptions { BatchTokens = batchTokens, ShuffleBuffer = 1, MixedBatches = 2 }).Batches(texts),
        DataRule.ReferenceMasked => new ReferenceSequences(language.Tokenizer, Sequences()).Batches(texts).Select(Masked),
        DataRule.Reference => new ReferenceActivationSource(language.Model, language.Tokenizer, hiddenStates, Sequences()).Batches(texts),
        _ => throw new ArgumentOutOfRangeException(nameof(rule), rule, "The default is opened, so that training can go on from a checkpoint."),
    };

    /// <summary>The default, from a position that can be saved.</summary>
    public IActivationSource Open(IReadOnlyList<string> texts) => Packed(Mixed()).Open(texts);

    private TextActivationOptions Mixed(bool includeSpecialTokens = false) =>
        new() { BatchTokens = batchTokens, MixedBatches = 64, IncludeSpecialTokens = includeSpecialTokens, Seed = seed };

    private TextActivationSource Packed(TextActivationOptions options) => new(language.Model, language.Tokenizer, hiddenStates, options);

    private ReferenceSequenceOptions Sequences()
    {
        var length = Math.Min(new ReferenceSequenceOptions().MaxLength, language.Model.Config.MaxPositions);
        return new ReferenceSequenceOptions { MaxLength = length, BatchSize = Math.Max(1, batchTokens / length) };
    }

    private HiddenStateBatch Masked(IReadOnlyList<PackedSequence> sequences)
    {
        using var scope = NewDisposeScope();
        var tokens = new WindowTokens(sequences);
        return new HiddenStateBatch(new WindowReader(language.Model, hiddenStates).Read(tokens), tokens.RealTokens(language.Tokenizer.SpecialTokens).flatten(), hiddenStates);
    }
}
