using System.Text;
using System.Text.Json.Nodes;
using RouteSae.Tests.Tokens;
using RouteSae.Tokens;

namespace RouteSae.Fuzz.Tests.Formats;

/// <summary>The files of tokenizers.</summary>
internal static class TokenizerFormats
{
    private static readonly string[] Texts = ["", "Hello world, 123!", "  naïve \u00e9\ud83d\ude00\n\tab ab", "\ud800 <|begin_of_text|> aaaaaaaaaaaa"];

    private static readonly string[] FolderFiles =
        ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt"];

    public static FuzzFormat Tokenizer() => new()
    {
        Name = "tokenizer.json",
        Seeds = [.. SmallTokenizers().Select(Encoding.UTF8.GetBytes)],
        Mutate = FuzzFormat.MutateJson,
        Load = input => Use(TextTokenizer.Load(new MemoryStream(input), null, "mutated tokenizer.json")),
        Documented = Documented,
    };

    /// <summary>One file of a folder with all of a checkpoint's.</summary>
    public static FuzzFormat InFolder(string file, bool json, string? without = null)
    {
        var scratch = new ScratchFolder();
        foreach (var name in FolderFiles.Where(name => name != without))
        {
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), scratch.File(name));
        }

        return InFolder(file, scratch, [File.ReadAllBytes(scratch.File(file))], json ? FuzzFormat.MutateJson : ByteMutator.Mutate);
    }

    public static FuzzFormat SentencePiece()
    {
        (string, float, int)[] pieces =
        [
            ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("\u2581", -2, 1), ("a", -3, 1), ("b", -3.5f, 1), ("ab", -4, 1), ("\u2581a", -5, 1), ("Hello", -6, 1),
        ];
        return InFolder("tokenizer.model", new ScratchFolder(), [SentencePieceBytes.Unigram(pieces), SentencePieceBytes.BytePairs(pieces)], ByteMutator.Mutate);
    }

    private static IReadOnlyList<Type> Documented { get; } =
        [typeof(TokenizerFormatException), typeof(NotSupportedException), typeof(TokenizerLimitException)];

    private static FuzzFormat InFolder(string file, ScratchFolder scratch, IReadOnlyList<byte[]> seeds, Func<byte[], Random, byte[]> mutate) => new()
    {
        Name = file,
        Seeds = seeds,
        Mutate = mutate,
        Load = input =>
        {
            scratch.Write(file, input);
            Use(TextTokenizer.Load(scratch.Path));
        },
        Documented = Documented,
    };

    private static void Use(TextTokenizer tokenizer)
    {
        foreach (var text in Texts)
        {
            var ids = tokenizer.Encode(text).Ids;
            foreach (var id in ids)
            {
                _ = tokenizer.TokenText(id);
            }

            _ = tokenizer.Decode(ids);
        }
    }

    private static IEnumerable<string> SmallTokenizers()
    {
        const string vocabulary = """{"[UNK]":0,"a":1,"b":2,"ab":3,"##a":4,"##b":5,"h":6,"e":7,"l":8,"o":9,"\u0120a":10,"\u2581":11}""";
        yield return Whole($$"""{"type":"WordLevel","vocab":{{vocabulary}},"unk_token":"[UNK]"}""", """{"type":"Lowercase"}""", """{"type":"Whitespace"}""", "null");
        yield return Whole(
            $$"""{"type":"WordPiece","vocab":{{vocabulary}},"unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100}""",
            """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""", """{"type":"BertPreTokenizer"}""",
            """{"type":"WordPiece","prefix":"##","cleanup":true}""");
        yield return Whole(
            $$"""{"type":"BPE","dropout":null,"unk_token":"[UNK]","fuse_unk":true,"byte_fallback":false,"vocab":{{vocabulary}},"merges":["a b"]}""",
            """{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]}""",
            """{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\p{L}+|\\s+(?!\\S)|[^\\s\\p{L}]+"},"behavior":"Isolated","invert":false},{"type":"Digits","individual_digits":true}]}""",
            """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"\u2581"},"content":" "},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}""");
        yield return Whole(
            """{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["\u2581",-2],["a",-3.5],["b",-4],["ab",-5]],"byte_fallback":false}""",
            """{"type":"NFKC"}""", """{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always","split":true}""",
            """{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"always","split":true}""", added: 5);
    }

    // The special token has the first id after the vocabulary.
    private static string Whole(string model, string normalizer, string preTokenizer, string decoder, int added = 12) => new JsonObject
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = JsonNode.Parse($$"""[{"id":{{added}},"content":"<|begin_of_text|>","single_word":false,"lstrip":false,"rstrip":true,"normalized":false,"special":true}]"""),
        ["normalizer"] = JsonNode.Parse(normalizer),
        ["pre_tokenizer"] = JsonNode.Parse(preTokenizer),
        ["post_processor"] = JsonNode.Parse(
            $$$$"""
            {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|begin_of_text|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[],
             "special_tokens":{"<|begin_of_text|>":{"id":"<|begin_of_text|>","ids":[{{{{added}}}}],"tokens":["<|begin_of_text|>"]}}}
            """),
        ["decoder"] = JsonNode.Parse(decoder),
        ["model"] = JsonNode.Parse(model),
    }.ToJsonString();
}
