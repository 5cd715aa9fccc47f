using System.Text.Json;

namespace RouteSae.Tokens;

/// <summary>Reads the "model" of a tokenizer.json.</summary>
internal static class BytePairReader
{
    public static BytePairModel Read(JsonPart model, bool byteLevel)
    {
        CheckSupported(model);
        var ids = ReadVocabulary(model.Required("vocab"));
        var vocabulary = new BytePairVocabulary(ids, ReadMerges(model.Required("merges"), ids));
        return new BytePairModel(vocabulary, new BytePairOptions
        {
            ByteLevel = byteLevel,
            IgnoreMerges = model.Flag("ignore_merges", absent: false),
            ByteFallback = model.Flag("byte_fallback", absent: false),
            FuseUnknown = model.Flag("fuse_unk", absent: false),
            Unknown = ReadUnknown(model, vocabulary),
        });
    }

    private static void CheckSupported(JsonPart model)
    {
        // Files of old versions have no type; only byte pair encodings have merges.
        var type = model.OptionalText("type") ?? (model.Optional("merges") is null ? "of unknown type" : "BPE");
        if (type != "BPE")
        {
            throw model.Unsupported($"the model '{type}'", "BPE");
        }

        foreach (var affix in new[] { "continuing_subword_prefix", "end_of_word_suffix" })
        {
            if (model.OptionalText(affix) is { Length: > 0 } text)
            {
                throw model.Unsupported($"the {affix} '{text}'", "none");
            }
        }

        if (model.Optional("dropout") is { } dropout
            && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.GetDouble() == 0))
        {
            throw model.Unsupported($"the dropout {dropout.Element.GetRawText()}", "none: features of a text must not be random");
        }
    }

    private static Dictionary<string, int> ReadVocabulary(JsonPart vocab)
    {
        if (!vocab.IsObject)
        {
            throw vocab.Error("expected an object of tokens and ids");
        }

        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var tokens = new Dictionary<int, string>();
        foreach (var (token, value) in vocab.Members())
        {
            var id = value.Number();
            if (!tokens.TryAdd(id, token) && tokens[id] != token)
            {
                throw value.Error($"the id {id} is also that of '{tokens[id]}'");
            }

            ids[token] = id;
        }

        return ids.Count > 0 ? ids : throw vocab.Error("the vocabulary is empty");
    }

    private static Dictionary<TokenPair, Merge> ReadMerges(JsonPart part, Dictionary<string, int> ids)
    {
        var merges = new Dictionary<TokenPair, Merge>();
        var rank = 0;
        foreach (var merge in part.Items())
        {
            var (left, right) = ReadPair(merge);
            var pair = new TokenPair(Find(merge, left, ids), Find(merge, right, ids));
            merges[pair] = new Merge(rank++, Find(merge, left + right, ids));
        }

        return merges;
    }

    // "left right", or ["left", "right"] where tokens may contain spaces.
    private static (string Left, string Right) ReadPair(JsonPart merge)
    {
        var halves = merge.Element.ValueKind == JsonValueKind.Array
            ? merge.Items().Select(half => half.Text()).ToArray()
            : merge.Text().Split(' ');
        return halves.Length == 2
            ? (halves[0], halves[1])
            : throw merge.Error("a merge must name two tokens");
    }

    private static int Find(JsonPart merge, string token, Dictionary<string, int> ids) =>
        ids.TryGetValue(token, out var id)
            ? id
            : throw merge.Error($"the merge {merge.Element.GetRawText()} needs the token '{token}', which is not in the vocabulary");

    private static int? ReadUnknown(JsonPart model, BytePairVocabulary vocabulary)
    {
        if (model.OptionalText("unk_token") is not { Length: > 0 } token)
        {
            return null;
        }

        return vocabulary.Find(token) ?? throw model.Error($"the unk_token '{token}' is not in the vocabulary");
    }
}
