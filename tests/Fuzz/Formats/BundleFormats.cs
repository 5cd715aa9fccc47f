using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;

namespace RouteSae.Fuzz.Tests.Formats;

/// <summary>The JSON files of a bundle.</summary>
internal static class BundleFormats
{
    public static FuzzFormat Manifest()
    {
        var (own, reference) = (SmallBundle.Build(), SmallBundle.Build("models/small"));
        var files = own.Files.Names.ToDictionary(name => name, own.ReadAll);
        return new()
        {
            Name = "bundle.json",
            Seeds = [own.Manifest.ToJson(), reference.Manifest.ToJson()],
            Mutate = FuzzFormat.MutateJson,
            Load = input =>
            {
                files["bundle.json"] = input;
                using var model = FeatureBundle.Open(new MemoryBundleFiles("the mutated bundle", files)).LoadAutoencoder();
            },
            Documented = [typeof(BundleFormatException)],
        };
    }

    public static FuzzFormat Features()
    {
        var catalog = new FeatureCatalog(
            [.. Enumerable.Range(0, 8).Select(latent => new FeatureDescription { Tokens = [$" token{latent}", "\n"], Density = 0.25 })]);
        return new()
        {
            Name = "features.json",
            Seeds = [catalog.ToJson()],
            Mutate = FuzzFormat.MutateJson,
            Load = input => _ = FeatureCatalog.Parse(input, 8, "the mutated bundle").Names.Sum(name => name.Length),
            Documented = [typeof(BundleFormatException)],
        };
    }
}
