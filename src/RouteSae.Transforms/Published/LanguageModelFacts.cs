using RouteSae.Hub;

namespace RouteSae.Published;

/// <summary>What decides how a published autoencoder's input differs from Hugging Face's hidden states, from a language model's <c>config.json</c>.</summary>
internal static class LanguageModelFacts
{
    private static readonly string[] LearntPositions = ["gpt2", "gpt_neo", "gpt_bigcode", "opt"];

    /// <summary>Every family with RMSNorm has this field, and none with LayerNorm.</summary>
    public static bool HasRootMeanSquareNorm(string folder) => Config(folder).Has("rms_norm_eps");

    public static bool HasPositionEmbeddings(string folder) => LearntPositions.Contains(Config(folder).Text("model_type"));

    /// <summary>With the language model of a model of text and images.</summary>
    private static PublishedFields Config(string folder)
    {
        var path = Path.Combine(folder, Checkpoint.Config);
        return File.Exists(path)
            ? PublishedFields.Read(path).Flatten("text_config")
            : throw new FileNotFoundException($"The language model's folder '{folder}' has no {Checkpoint.Config}.", path);
    }
}
