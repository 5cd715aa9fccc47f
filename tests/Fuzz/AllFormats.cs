using RouteSae.Fuzz.Tests.Formats;
using RouteSae.Native;

namespace RouteSae.Fuzz.Tests;

/// <summary>The formats under test.</summary>
internal static class AllFormats
{
    private static readonly Dictionary<string, Func<FuzzFormat>> s_all = new()
    {
        ["safetensors"] = TensorFormats.Safetensors,
        ["model.safetensors.index.json"] = TensorFormats.Index,
        ["reference"] = TensorFormats.Reference,
        ["config.json"] = ModelFormats.Config,
        ["generation_config.json"] = ModelFormats.Generation,
        ["tokenizer.json"] = TokenizerFormats.Tokenizer,
        ["tokenizer_config.json"] = () => TokenizerFormats.InFolder("tokenizer_config.json", json: true),
        ["special_tokens_map.json"] = () => TokenizerFormats.InFolder("special_tokens_map.json", json: true),
        ["vocab.json"] = () => TokenizerFormats.InFolder("vocab.json", json: true, without: "tokenizer.json"),
        ["merges.txt"] = () => TokenizerFormats.InFolder("merges.txt", json: false, without: "tokenizer.json"),
        ["tokenizer.model"] = TokenizerFormats.SentencePiece,
        ["bundle.json"] = BundleFormats.Manifest,
        ["features.json"] = BundleFormats.Features,
        ["saelens-cfg.json"] = () => PublishedFormats.Config("saelens"),
        ["sparsify-cfg.json"] = () => PublishedFormats.Config("sparsify"),
        ["saelens-weights"] = () => PublishedFormats.Weights("saelens"),
        ["sparsify-weights"] = () => PublishedFormats.Weights("sparsify"),
        ["json-lines"] = ModelFormats.JsonLines,
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_all.Keys];

    public static FuzzFormat Make(string name)
    {
        TorchRuntime.EnsureLoaded();
        return s_all.TryGetValue(name, out var make) ? make() : throw new ArgumentException($"There is no format '{name}'. Formats: {string.Join(", ", Names)}.");
    }
}
