using System.Text.Json;

namespace RouteSae.Tokens.Models;

/// <summary>Reads the "model" of a tokenizer.json.</summary>
internal static class ModelReader
{
    private const string Supported = "BPE, Unigram, WordLevel, WordPiece";

    /// <param name="model">The component.</param>
    /// <param name="byteLevel">Whether words are bytes in the <see cref="ByteAlphabet"/>.</param>
    public static TokenModel Read(JsonPart model, bool byteLevel) => (model.OptionalText("type") ?? Guess(model)) switch
    {
        "BPE" => BytePairReader.Read(model, byteLevel),
        "Unigram" => ReadUnigram(model),
        "WordLevel" => new WordLevelModel(ReadVocabulary(model), model.OptionalText("unk_token") ?? "<unk>"),
        "WordPiece" => new WordPieceModel(
            ReadVocabulary(model),
            model.OptionalText("unk_token") ?? "[UNK]",
            model.OptionalText("continuing_subword_prefix") ?? "##",
            model.Optional("max_input_chars_per_word")?.Number() ?? 100),
        var other => throw model.Unsupported($"the model '{other}'", Supported),
    };

    // Files of old versions have no type, and the library tries the models one by one.
    private static string Guess(JsonPart model)
    {
        if (model.Optional("merges") is not null)
        {
            return "BPE";
        }

        if (model.Optional("vocab") is { Element.ValueKind: JsonValueKind.Array })
        {
            return "Unigram";
        }

        return model.Optional("max_input_chars_per_word") is not null ? "WordPiece"
            : model.Optional("unk_token") is not null ? "WordLevel"
            : "of unknown type";
    }

    private static TokenVocabulary ReadVocabulary(JsonPart model) => new(VocabularyReader.ReadIds(model.Required("vocab")));

    private static UnigramModel ReadUnigram(JsonPart model)
    {
        var vocab = model.Required("vocab");
        var pieces = vocab.Items().Select(ReadPiece).ToList();
        if (pieces.Count == 0)
        {
            throw vocab.Error("the vocabulary is empty");
        }

        var unknown = model.Optional("unk_id");
        if (unknown is { } id && id.Number() >= pieces.Count)
        {
            throw id.Error($"the vocabulary has only {pieces.Count} tokens");
        }

        return new UnigramModel(pieces, unknown?.Number(), model.Flag("byte_fallback", absent: false));
    }

    private static UnigramPiece ReadPiece(JsonPart part)
    {
        var pair = part.Items().ToList();
        return pair.Count == 2 ? new UnigramPiece(pair[0].Text(), pair[1].Real()) : throw part.Error("expected a token and its score");
    }
}
