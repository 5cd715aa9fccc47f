using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RouteSae.Tokens;

namespace RouteSae.Tests.Tokens;

/// <summary>Small tokenizer.json files written out in tests; null members are left out.</summary>
internal static class TinyTokenizer
{
    public static TextTokenizer Load(object tokenizer, object? config = null) =>
        LoadJson(JsonSerializer.Serialize(tokenizer), config is null ? null : JsonSerializer.Serialize(config));

    public static TextTokenizer LoadJson(string tokenizer, string? config = null)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(tokenizer));
        using var configStream = config is null ? null : new MemoryStream(Encoding.UTF8.GetBytes(config));
        return TextTokenizer.Load(stream, configStream, "tiny");
    }

    /// <summary>Ids in the order of the tokens.</summary>
    public static Dictionary<string, int> Vocabulary(params string[] tokens) =>
        tokens.Select((token, index) => (token, index)).ToDictionary(item => item.token, item => item.index);

    /// <summary>A vocabulary of these single characters, then the results of the merges.</summary>
    public static object Characters(string characters, params string[] merges) =>
        new
        {
            type = "BPE",
            vocab = Vocabulary([.. characters.Select(character => character.ToString()), .. merges.Select(merge => merge.Replace(" ", "")).Distinct()]),
            merges,
        };

    /// <summary>GPT-2's 256 byte characters and nothing else, read from the committed checkpoint.</summary>
    public static IEnumerable<string> ByteCharacters()
    {
        var json = File.ReadAllText(RepositoryFiles.Golden("lm", "llama_gqa_untied", "tokenizer.json"));
        return JsonNode.Parse(json)!["model"]!["vocab"]!.AsObject().Take(256).Select(pair => pair.Key);
    }

    public static string[] Texts(this TextTokenizer tokenizer, string text, bool addSpecialTokens = true) =>
        [.. tokenizer.Encode(text, addSpecialTokens).Ids.Select(tokenizer.TokenText)];
}
