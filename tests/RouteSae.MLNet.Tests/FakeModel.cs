using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests;

/// <summary>A transformer over <see cref="FakeFeaturizer"/>s, with a bundle whose network files are placeholders.</summary>
internal sealed class FakeModel
{
    public const int Latents = 64;

    public FakeModel()
    {
        Shared = new SharedFeaturizer(() =>
        {
            Loaded.Add(new FakeFeaturizer(Latents));
            return Loaded[^1];
        });
        Model = new FeatureModel(Bundle(), Shared);
    }

    public SharedFeaturizer Shared { get; }

    public FeatureModel Model { get; }

    /// <summary>Every featurizer that was loaded so far.</summary>
    public List<FakeFeaturizer> Loaded { get; } = [];

    public int Calls => Loaded.Sum(featurizer => featurizer.Calls);

    public int Texts => Loaded.Sum(featurizer => featurizer.Texts);

    public static FakeFeaturizer Reference { get; } = new(Latents);

    public RouteSaeTransformer Transformer(int batchSize = 16, string output = "Features", string input = "Text") =>
        new(output, input, new RouteSaeOptions { BatchSize = batchSize }, Model, FittedFeatures.Nothing);

    public static FeatureBundle Bundle()
    {
        var files = new Dictionary<string, byte[]>
        {
            [BundleFileNames.Autoencoder] = [1],
            [BundleFileNames.Features] = new FeatureCatalog(
                [.. Enumerable.Range(0, Latents).Select(i => new FeatureDescription { Tokens = i == 0 ? [] : [$" token{i}", "\n"] })]).ToJson(),
            [BundleFileNames.Tokenizer] = [2],
            [BundleFileNames.ModelConfig] = [3],
            [BundleFileNames.ModelWeights] = [4],
        };
        var manifest = new BundleManifest
        {
            Name = "fake",
            HiddenSize = 8,
            RoutedHiddenStates = [1, 2],
            Latents = Latents,
            ActiveLatents = 4,
            ContextLength = 16,
            Files = files.ToDictionary(file => file.Key, file => BundleFile.Measure(new MemoryStream(file.Value))),
        };
        files[BundleManifest.FileName] = manifest.ToJson();
        return FeatureBundle.Open(new MemoryBundleFiles("fake", files));
    }
}
