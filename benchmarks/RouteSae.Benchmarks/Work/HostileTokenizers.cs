using System.Text.Json.Nodes;

namespace RouteSae.Benchmarks.Work;

/// <summary>For each kind of component the settings and text that cost the most.</summary>
internal static class HostileTokenizers
{
    private const string Acute = "\u0301";
    private const string DotBelow = "\u0323";

    /// <summary>All of them, in the order in which a text meets them.</summary>
    public static IEnumerable<HostileTokenizer> All => [.. AddedTokens, .. Normalizers, .. PreTokenizers, .. Models, .. Decoders];

    private static IEnumerable<HostileTokenizer> AddedTokens =>
    [
        new("added_tokens", "2,000 tokens with a common start of 100 characters", Tokens(new string('a', 100))),
        new("added_tokens", "2,000 tokens, `lstrip`, `rstrip`, `single_word`", Tokens("x", strip: true), Unit: " "),
    ];

    private static IEnumerable<HostileTokenizer> Normalizers =>
    [
        Normalizer("BertNormalizer", """{"type":"BertNormalizer","strip_accents":true}""", "a", Acute),
        Normalizer("ByteLevel", """{"type":"ByteLevel"}""", unit: "语"),
        Normalizer("Lowercase", """{"type":"Lowercase"}""", unit: "İ"),
        Normalizer("NFC, one letter with all the marks", """{"type":"NFC"}""", "a", Acute + DotBelow),
        Normalizer("NFD, one letter with all the marks", """{"type":"NFD"}""", "a", Acute + DotBelow),
        Normalizer("NFKC, 18 characters for one", """{"type":"NFKC"}""", unit: "\ufdfa"),
        Normalizer("NFKD, 18 characters for one", """{"type":"NFKD"}""", unit: "\ufdfa"),
        Normalizer("Nmt", """{"type":"Nmt"}""", unit: "\u200b"),
        Normalizer("Precompiled, 10 characters for one", new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = TenForOne() }),
        Normalizer("Prepend, 1,000 characters", new JsonObject { ["type"] = "Prepend", ["prepend"] = new string('a', 1000) }),
        Normalizer("Replace, 10 characters for one", Replace("""{"String":"a"}""", "aaaaaaaaaa")),
        Normalizer("Replace by `(a|aa)+$`", Replace("""{"Regex":"(a|aa)+$"}""", "b"), unit: "aa!"),
        Normalizer("Replace, 10 for one, 30 times over", Sequence("normalizers", Replace("""{"String":"a"}""", "aaaaaaaaaa"), 30)),
        Normalizer("Sequence of 20 Lowercase", Sequence("normalizers", JsonNode.Parse("""{"type":"Lowercase"}""")!, 20)),
        Normalizer("Strip", """{"type":"Strip"}""", unit: " "),
        Normalizer("StripAccents", """{"type":"StripAccents"}""", "a", Acute),
    ];

    private static IEnumerable<HostileTokenizer> PreTokenizers =>
    [
        PreTokenizer("BertPreTokenizer", """{"type":"BertPreTokenizer"}""", "!"),
        PreTokenizer("ByteLevel, one white space", """{"type":"ByteLevel"}""", " "),
        PreTokenizer("CharDelimiterSplit", """{"type":"CharDelimiterSplit","delimiter":"a"}"""),
        PreTokenizer("Digits", """{"type":"Digits","individual_digits":true}""", "1"),
        PreTokenizer("FixedLength 1", """{"type":"FixedLength","length":1}"""),
        PreTokenizer("FixedLength 2,147,483,647", """{"type":"FixedLength","length":2147483647}"""),
        PreTokenizer("Metaspace", """{"type":"Metaspace"}""", " "),
        PreTokenizer("Punctuation, Contiguous", """{"type":"Punctuation","behavior":"Contiguous"}""", "!"),
        PreTokenizer("Sequence of 20 WhitespaceSplit", Sequence("pretokenizers", JsonNode.Parse("""{"type":"WhitespaceSplit"}""")!, 20), "a "),
        PreTokenizer("Split by `a`, MergedWithNext", Split("a", "MergedWithNext")),
        PreTokenizer("Split by `(a|aa)+$`", Split("(a|aa)+$"), "aa!"),
        PreTokenizer("Split by `\\s+(?!\\S)`", Split("\\s+(?!\\S)"), " "),
        PreTokenizer("Split by `a*b|a`: each match reads the rest", Split("a*b|a")),
        PreTokenizer("Split by `(?=(a|aa)+$)a`: backtracking", Split("(?=(a|aa)+$)a"), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"),
        PreTokenizer("UnicodeScripts", """{"type":"UnicodeScripts"}""", "aя"),
        PreTokenizer("Whitespace", """{"type":"Whitespace"}""", "a!"),
        PreTokenizer("WhitespaceSplit", """{"type":"WhitespaceSplit"}""", " "),
    ];

    private static IEnumerable<HostileTokenizer> Models =>
    [
        Model("WordLevel, one word", JsonNode.Parse("""{"type":"WordLevel","vocab":{"<unk>":0},"unk_token":"<unk>"}""")!),
        Model("WordPiece, one word, `max_input_chars_per_word` 10^9, a piece of 1,000 characters that nearly fits", WordPiece()),
        Model("Unigram, one word, a piece of 1,000 characters that nearly fits", Unigram()),
        Model("BPE, one word, 17 merges that double", BytePairs()),
        Model("BPE, one word of unknown characters, fused", BytePairs(), "я"),
    ];

    private static IEnumerable<HostileTokenizer> Decoders =>
    [
        Decoder("BPEDecoder", """{"type":"BPEDecoder","suffix":"</w>"}"""),
        Decoder("ByteFallback", """{"type":"ByteFallback"}"""),
        Decoder("ByteLevel", """{"type":"ByteLevel"}"""),
        Decoder("CTC", """{"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true}"""),
        Decoder("Fuse", """{"type":"Fuse"}"""),
        Decoder("Metaspace", """{"type":"Metaspace"}"""),
        Decoder("Replace, 10 characters for one", Replace("""{"String":"a"}""", "aaaaaaaaaa")),
        Decoder("Fuse, then Replace by `(a|aa)+!`", Fused(Replace("""{"Regex":"(a|aa)+!"}""", ""))),
        Decoder("Fuse, then Strip of 2,147,483,647", Fused(JsonNode.Parse("""{"type":"Strip","content":"a","start":2147483647,"stop":2147483647}""")!)),
        Decoder("WordPiece, clean-up", """{"type":"WordPiece","prefix":"##","cleanup":true}"""),
    ];

    private static HostileTokenizer Normalizer(string name, JsonNode json, string start = "", string unit = "a") => new("normalizer", name, json, start, unit);

    private static HostileTokenizer Normalizer(string name, string json, string start = "", string unit = "a") =>
        Normalizer(name, JsonNode.Parse(json)!, start, unit);

    private static HostileTokenizer PreTokenizer(string name, JsonNode json, string unit = "a") => new("pre_tokenizer", name, json, Unit: unit);

    private static HostileTokenizer PreTokenizer(string name, string json, string unit = "a") => PreTokenizer(name, JsonNode.Parse(json)!, unit);

    private static HostileTokenizer Model(string name, JsonNode json, string unit = "a") => new("model", name, json, Unit: unit);

    private static HostileTokenizer Decoder(string name, JsonNode json) => new("decoder", name, json);

    private static HostileTokenizer Decoder(string name, string json) => Decoder(name, JsonNode.Parse(json)!);

    private static JsonArray Tokens(string start, bool strip = false) => [.. Enumerable.Range(0, 2000).Select(i => new JsonObject
    {
        ["id"] = i + 10, ["content"] = $"{start}{i}", ["special"] = false, ["normalized"] = false,
        ["lstrip"] = strip, ["rstrip"] = strip, ["single_word"] = strip,
    })];

    private static JsonObject Replace(string pattern, string content) =>
        new() { ["type"] = "Replace", ["pattern"] = JsonNode.Parse(pattern), ["content"] = content };

    private static JsonObject Split(string expression, string behavior = "Isolated") => new()
    {
        ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = expression }, ["behavior"] = behavior, ["invert"] = false,
    };

    private static JsonObject Sequence(string steps, JsonNode step, int count) => new()
    {
        ["type"] = "Sequence", [steps] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => step.DeepClone())]),
    };

    private static JsonObject Fused(JsonNode step) => new()
    {
        ["type"] = "Sequence", ["decoders"] = new JsonArray(JsonNode.Parse("""{"type":"Fuse"}"""), step),
    };

    private static JsonObject WordPiece() => new()
    {
        ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = "##", ["max_input_chars_per_word"] = 1_000_000_000,
        ["vocab"] = new JsonObject { ["[UNK]"] = 0, ["a"] = 1, ["##a"] = 2, [$"##{new string('a', 999)}b"] = 3 },
    };

    private static JsonObject Unigram() => new()
    {
        ["type"] = "Unigram", ["unk_id"] = 0,
        ["vocab"] = new JsonArray(new JsonArray("<unk>", 0), new JsonArray("a", -1), new JsonArray("aa", -1.5), new JsonArray($"{new string('a', 999)}b", -1)),
    };

    private static JsonObject BytePairs()
    {
        var vocabulary = new JsonObject { ["<unk>"] = 0 };
        var merges = new JsonArray();
        for (var i = 0; i <= 17; i++)
        {
            vocabulary[new string('a', 1 << i)] = i + 1;
        }

        for (var i = 0; i < 17; i++)
        {
            var half = new string('a', 1 << i);
            merges.Add($"{half} {half}");
        }

        return new() { ["type"] = "BPE", ["unk_token"] = "<unk>", ["fuse_unk"] = true, ["vocab"] = vocabulary, ["merges"] = merges };
    }

    // A double-array trie of one key: the root's children begin at 256, those of "a" at 512, where its value stands.
    private static string TenForOne()
    {
        var units = new uint[1024];
        units[0] = 256u << 10;
        units[256 ^ 'a'] = 'a' | (1u << 8) | ((uint)(256 ^ 'a' ^ 512) << 10);
        units[512] = 1u << 31;
        return Convert.ToBase64String([.. BitConverter.GetBytes(units.Length * sizeof(uint)), .. units.SelectMany(BitConverter.GetBytes), .. "aaaaaaaaaa\0"u8]);
    }
}
