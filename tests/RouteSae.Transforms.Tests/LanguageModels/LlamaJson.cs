using System.Text.Json.Nodes;

namespace RouteSae.Tests.LanguageModels;

/// <summary>A small Llama config.json with changed fields.</summary>
internal static class LlamaJson
{
    private const string Basic = """
        {
          "model_type": "llama", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
          "num_key_value_heads": 2, "vocab_size": 50, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
          "tie_word_embeddings": false
        }
        """;

    /// <summary>The configuration with the fields of a JSON object put over it; "-" removes one.</summary>
    public static string With(string changes = "{}")
    {
        var config = JsonNode.Parse(Basic)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(changes)!.AsObject())
        {
            if (value?.ToString() == "-")
                config.Remove(name);
            else
                config[name] = value?.DeepClone();
        }

        return config.ToJsonString();
    }
}
