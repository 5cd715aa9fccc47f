using RouteSae.Tokens.Decoders;
using RouteSae.Tokens.Models;
using RouteSae.Tokens.Normalizers;
using RouteSae.Tokens.PreTokenizers;

namespace RouteSae.Tokens;

/// <summary>The steps of a tokenizer, in the order in which a text passes them.</summary>
internal sealed record TokenizerPipeline
{
    public required AddedVocabulary Added { get; init; }

    public Normalizer? Normalizer { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    public required TokenModel Model { get; init; }

    public required SpecialTokenFrame Frame { get; init; }

    public Decoder? Decoder { get; init; }

    public int? BeginOfSequence { get; init; }

    public int? EndOfSequence { get; init; }

    public int? Padding { get; init; }

    /// <summary>One more than the largest id that only the model's vocabulary gives; added tokens may stand in it too.</summary>
    public int OwnVocabularySize => Model.Vocabulary.AllIds.Where(id => Added.Content(id) is null).DefaultIfEmpty(-1).Max() + 1;
}
