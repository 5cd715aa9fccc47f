using Microsoft.ML.Runtime;
using RouteSae.Bundles;
using RouteSae.Features;

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
        var settings = new TextFeaturizerOptions
        {
            MaxTokens = options.MaxTokens,
            TokensPerBatch = options.TokensPerBatch,
            Precision = options.Precision,
            FirstTruncated = text => Warn(host, text),
        };
        var cache = options.CacheMegabytes > 0 ? new CodesCache((long)options.CacheMegabytes << 20) : null;
        return new FeatureModel(bundle, new SharedFeaturizer(() => bundle.LoadFeaturizer(settings), () => cache?.Clear()))
        {
            Cache = cache,
            Warn = message => Warn(host, message),
        };
    }

    private static void Warn(IHost host, TruncatedText text) => Warn(
        host,
        $"A text of {text.Tokens} tokens was cut to its first {text.TokensRead}, which is what the model reads. Further long texts are cut without a message.");

    private static void Warn(IHost host, string message)
    {
        using var channel = host.Start("Featurize");
        channel.Warning(MessageSensitivity.None, message);
    }
}
