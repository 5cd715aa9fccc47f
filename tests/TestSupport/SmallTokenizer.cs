using System.Text.Json.Nodes;

namespace RouteSae.TestSupport;

/// <summary>Variants of the tokenizer of <see cref="SmallBundle.LanguageModelFolder"/>: 442 tokens, then two added ones.</summary>
public static class SmallTokenizer
{
    /// <summary>What <see cref="AddToken"/> adds: id 444, which the language model's embedding does not have.</summary>
    public const string Added = "<added>";

    /// <summary>Writes tokenizer.json and tokenizer_config.json.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="tokenizer">Changes the one.</param>
    /// <param name="config">Changes the other.</param>
    public static void Save(string folder, Action<JsonNode>? tokenizer = null, Action<JsonNode>? config = null)
    {
        Write(folder, "tokenizer.json", tokenizer);
        Write(folder, "tokenizer_config.json", config);
    }

    /// <summary>The tokenizer begins every text with its begin token.</summary>
    public static void AddTemplate(JsonNode tokenizer) =>
        tokenizer["post_processor"] = JsonNode.Parse(
            """
            {
              "type": "TemplateProcessing",
              "single": [{ "SpecialToken": { "id": "<|begin_of_text|>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }],
              "pair": [],
              "special_tokens": { "<|begin_of_text|>": { "id": "<|begin_of_text|>", "ids": [443], "tokens": ["<|begin_of_text|>"] } }
            }
            """);

    /// <summary>The tokenizer puts nothing before a text, like GPT-2's.</summary>
    public static void RemoveTemplate(JsonNode tokenizer) => tokenizer["post_processor"] = null;

    /// <summary>A token that is not of the vocabulary.</summary>
    public static void AddToken(JsonNode tokenizer) => tokenizer["added_tokens"]!.AsArray().Add(
        new JsonObject { ["id"] = 444, ["content"] = Added, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = false });

    /// <summary>Three more tokens of the vocabulary itself: its last id is 444.</summary>
    public static void EnlargeVocabulary(JsonNode tokenizer)
    {
        var vocabulary = tokenizer["model"]!["vocab"]!.AsObject();
        for (var id = 442; id <= 444; id++)
            vocabulary[$"more{id}"] = id;
    }

    private static void Write(string folder, string name, Action<JsonNode>? change)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(SmallBundle.LanguageModelFolder, name)))!;
        change?.Invoke(json);
        File.WriteAllText(Path.Combine(folder, name), json.ToJsonString());
    }
}
