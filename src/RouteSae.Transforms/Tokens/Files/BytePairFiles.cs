using System.Text.Json;
using System.Text.Json.Nodes;
using RouteSae.Files;
using RouteSae.Tokens.SentencePiece;

namespace RouteSae.Tokens.Files;

/// <summary>Writes the tokenizer.json that a vocab.json and a merges.txt stand for: byte pairs as GPT-2 or Qwen2 has them.</summary>
internal static class BytePairFiles
{
    private const string QwenWords =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public static JsonObject Convert(string vocabularyPath, string mergesPath, TokenizerConfig config)
    {
        var vocabulary = ReadVocabulary(vocabularyPath);
        var isQwen = config.Class?.StartsWith("Qwen2", StringComparison.Ordinal) == true;
        var merges = File.ReadLines(mergesPath).Where(line => line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal));
        return new JsonObject
        {
            ["normalizer"] = isQwen ? new JsonObject { ["type"] = "NFC" } : null,
            ["pre_tokenizer"] = isQwen ? Qwen(config) : ByteLevel(config, splits: true),
            ["post_processor"] = config.AddsBegin == true ? Begin(vocabulary, config) : null,
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]) },
        };
    }

    private static JsonObject ReadVocabulary(string path)
    {
        try
        {
            return StrictJson.ParseNode(File.ReadAllBytes(path)) as JsonObject
                ?? throw new TokenizerFormatException($"{path}: expected an object of tokens and ids.");
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException($"{path} is not valid JSON: {exception.Message}");
        }
    }

    private static JsonObject? Begin(JsonObject vocabulary, TokenizerConfig config) =>
        config.Begin is { } token && vocabulary[token] is JsonValue id && id.TryGetValue<int>(out var value)
            ? SpecialTokenTemplate.Write((token, value), null)
            : null;

    private static JsonObject ByteLevel(TokenizerConfig config, bool splits) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = config.AddPrefixSpace ?? false,
        ["use_regex"] = splits,
    };

    private static JsonObject Qwen(TokenizerConfig config) => new()
    {
        ["type"] = "Sequence",
        ["pretokenizers"] = new JsonArray(
            new JsonObject { ["type"] = "Split", ["pattern"] = new JsonObject { ["Regex"] = QwenWords }, ["behavior"] = "Isolated" },
            ByteLevel(config, splits: false)),
    };
}
