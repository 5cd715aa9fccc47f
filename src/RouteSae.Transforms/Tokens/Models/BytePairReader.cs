using System.Text.Json;

namespace RouteSae.Tokens.Models;

/// <summary>Reads a byte pair encoding.</summary>
internal static class BytePairReader
{
    private const int LongestAffix = 100;

    /// <param name="model">The "model" of a tokenizer.json.</param>
    /// <param name="byteLevel">Whether words are bytes in the <see cref="ByteAlphabet"/>.</param>
    public static BytePairModel Read(JsonPart model, bool byteLevel)
    {
        CheckDropout(model);
        var prefix = ReadAffix(model, "continuing_subword_prefix");
        var suffix = ReadAffix(model, "end_of_word_suffix");
        var fallsBack = model.Flag("byte_fallback", absent: false);
        var ids = VocabularyReader.ReadIds(model.Required("vocab"));
        var vocabulary = new TokenVocabulary(ids);
        var unknown = model.OptionalText("unk_token") is { Length: > 0 } token ? token : null;
        var options = new BytePairOptions
        {
            // Otherwise the pre-tokenizer writes the bytes, and the affixes and byte tokens stand beside those.
            ByteLevel = byteLevel && prefix.Length == 0 && suffix.Length == 0 && !fallsBack,
            IgnoreMerges = model.Flag("ignore_merges", absent: false),
            ByteFallback = fallsBack,
            FuseUnknown = model.Flag("fuse_unk", absent: false),
            UnknownToken = unknown,
            Unknown = unknown is null ? null : vocabulary.Find(unknown),
            Prefix = prefix,
            Suffix = suffix,
        };
        return new BytePairModel(vocabulary, ReadMerges(model.Required("merges"), ids, prefix), options);
    }

    // Written beside every character of a word.
    private static string ReadAffix(JsonPart model, string name) => model.OptionalText(name) switch
    {
        null => "",
        { Length: <= LongestAffix } text => text,
        { } affix => throw model.Required(name).Error($"it has {affix.Length} characters, more than {LongestAffix}"),
    };

    private static void CheckDropout(JsonPart model)
    {
        if (model.Optional("dropout") is { } dropout
            && !(dropout.Element.ValueKind == JsonValueKind.Number && dropout.Element.GetDouble() == 0))
        {
            throw model.Unsupported($"the dropout {dropout.Element.GetRawText()}", "none: features of a text must not be random");
        }
    }

    private static Dictionary<TokenPair, Merge> ReadMerges(JsonPart part, Dictionary<string, int> ids, string prefix)
    {
        var merges = new Dictionary<TokenPair, Merge>();
        var rank = 0;
        foreach (var merge in part.Items().Where(merge => !IsVersion(merge)))
        {
            var (left, right) = ReadPair(merge);
            if (!right.StartsWith(prefix, StringComparison.Ordinal))
            {
                throw merge.Error($"'{right}' does not begin with the continuing_subword_prefix '{prefix}'");
            }

            var pair = new TokenPair(Find(merge, left, ids), Find(merge, right, ids));
            merges[pair] = new Merge(rank++, Find(merge, left + right[prefix.Length..], ids));
        }

        return merges;
    }

    // The first line of a merges.txt, which old files have taken over.
    private static bool IsVersion(JsonPart merge) =>
        merge.Element.ValueKind == JsonValueKind.String && merge.Text().StartsWith("#version", StringComparison.Ordinal);

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
}
