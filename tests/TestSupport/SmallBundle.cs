using System.Text.Json.Nodes;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Tokens;

namespace RouteSae.TestSupport;

/// <summary>A bundle for tests: a tiny language model with random weights from tests/golden and an untrained RouteSAE on it.</summary>
public static class SmallBundle
{
    public const int Latents = 128;
    public const int ActiveLatents = 8;
    public const int ContextLength = 64;

    public static string LanguageModelFolder { get; } = RepositoryFiles.Golden("lm", "llama_gqa_untied");

    public static RouteSaeArchitecture Architecture { get; } = new()
    {
        HiddenSize = 32,
        RoutedHiddenStates = [2, 3, 4, 5, 6],
        Latents = Latents,
        ActiveLatents = ActiveLatents,
        Aggregation = RouterAggregation.Sum,
    };

    /// <summary>Makes the bundle.</summary>
    /// <param name="languageModelLocation">Where a reference points; null puts the language model into the bundle.</param>
    /// <param name="specialTokens">Null: added and not pooled.</param>
    /// <param name="fidelity">Fidelity of the RouteSAE.</param>
    /// <param name="tokenizer">Changes tokenizer.json.</param>
    /// <param name="tokenizerConfig">Changes tokenizer_config.json.</param>
    public static FeatureBundle Build(
        string? languageModelLocation = null, SpecialTokenPolicy? specialTokens = null, Fidelity fidelity = Fidelity.Corrected,
        Action<JsonNode>? tokenizer = null, Action<JsonNode>? tokenizerConfig = null)
    {
        using var checkpoint = new TemporaryFolder();
        CopyCheckpoint(checkpoint.Path, tokenizer, tokenizerConfig);
        using var model = RouteSaeModel.Create(Architecture with { Fidelity = fidelity }, seed: 5);
        var bundle = new FeatureBundleBuilder
        {
            Name = "small",
            Model = model,
            LanguageModelFolder = checkpoint.Path,
            LanguageModelLocation = languageModelLocation,
            Features = Catalog,
            ContextLength = ContextLength,
            SpecialTokens = specialTokens ?? new SpecialTokenPolicy(),
        }.Build();
        return FeatureBundle.Open(new MemoryBundleFiles("the small bundle", bundle.Files.Names.ToDictionary(name => name, bundle.ReadAll)));
    }

    /// <summary>The checkpoint of tests/golden, with a tokenizer that begins every text with its begin token.</summary>
    private static void CopyCheckpoint(string folder, Action<JsonNode>? change, Action<JsonNode>? changeConfig)
    {
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(LanguageModelFolder, name), Path.Combine(folder, name));
        }

        SmallTokenizer.Save(folder, tokenizer =>
        {
            SmallTokenizer.AddTemplate(tokenizer);
            change?.Invoke(tokenizer);
        }, changeConfig);
    }

    private static FeatureCatalog Catalog { get; } = new(
        [.. Enumerable.Range(0, Latents).Select(latent => latent % 2 == 0
            ? new FeatureDescription { Tokens = [$" token{latent}", "\n"], Density = 0.25 }
            : new FeatureDescription())]);
}
