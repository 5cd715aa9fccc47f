using System.Text;
using RouteSae.Autoencoders;
using RouteSae.Files;
using RouteSae.Hub;
using RouteSae.LanguageModels;
using RouteSae.Tensors;
using RouteSae.Tokens;
using static TorchSharp.torch;

namespace RouteSae.Bundles;

/// <summary>Loads the parts of a bundle and checks that they fit together. The caller owns what it gets.</summary>
internal static class BundleParts
{
    public static TextTokenizer LoadTokenizer(FeatureBundle bundle)
    {
        using var tokenizer = bundle.Files.Open(BundleFileNames.Tokenizer);
        using var config = bundle.Manifest.Files.ContainsKey(BundleFileNames.TokenizerConfig) ? bundle.Files.Open(BundleFileNames.TokenizerConfig) : null;
        return TextTokenizer.Load(tokenizer, config, bundle.Files.Location);
    }

    /// <summary>Loads the layers up to the last routed hidden state.</summary>
    public static DecoderModel LoadLanguageModel(FeatureBundle bundle, Precision precision, Device device)
    {
        var folder = bundle.FindLanguageModelAgain();
        var config = ReadConfig(bundle, folder);
        using var weights = folder is null ? OpenTensors(bundle, BundleFileNames.ModelWeights) : Checkpoint.OpenListed(folder, bundle.Manifest.LanguageModel!);
        return DecoderModel.Load(config, weights, new DecoderLoadOptions
        {
            Precision = precision,
            Device = device,
            LastHiddenState = Math.Min(bundle.Manifest.RoutedHiddenStates[^1], config.LayerCount),
        });
    }

    public static AutoencoderModel LoadAutoencoder(FeatureBundle bundle, Device device) => LoadAutoencoder(bundle, bundle.Manifest, device);

    /// <summary>Loads the autoencoder as another manifest than the bundle's describes it, for example with another K.</summary>
    public static AutoencoderModel LoadAutoencoder(FeatureBundle bundle, BundleManifest manifest, Device device)
    {
        using var weights = OpenTensors(bundle, BundleFileNames.Autoencoder);
        try
        {
            return BundledModel.Load(manifest, weights, device);
        }
        catch (Exception exception) when (exception is ArgumentException or KeyNotFoundException)
        {
            throw new BundleFormatException($"{BundleFileNames.Autoencoder} of {bundle.Files.Location} does not fit {BundleManifest.FileName}: {exception.Message}");
        }
    }

    private static string HiddenStateProblem(BundleManifest manifest, DecoderConfig config)
    {
        var highest = manifest.RoutedHiddenStates[^1];
        if (manifest.Autoencoder is null)
            return $"hidden state {highest} is routed, but a language model of {config.LayerCount} layers has the routable hidden states 0 to {config.LayerCount - 1}";
        var why = highest == config.LayerCount ? $" (what the last layer puts out is not one of them: {highest} is after the final norm)" : "";
        return $"the autoencoder reads hidden state {highest}, but a language model of {config.LayerCount} layers has the readable hidden states 0 to {config.LayerCount - 1}{why}";
    }

    private static DecoderConfig ReadConfig(FeatureBundle bundle, string? folder)
    {
        if (folder is null)
        {
            return DecoderConfig.Parse(
                Encoding.UTF8.GetString(bundle.ReadAll(BundleFileNames.ModelConfig)), $"{BundleFileNames.ModelConfig} of {bundle.Files.Location}");
        }

        var path = Path.Combine(folder, Checkpoint.Config);
        return DecoderConfig.Parse(File.ReadAllText(path), path);
    }

    private static ITensorSource OpenTensors(FeatureBundle bundle, string name)
    {
        if (bundle.Files.FindPath(name) is { } path)
        {
            return SafetensorsFile.Open(path);
        }

        using var stream = bundle.Files.Open(name);
        return SafetensorsFile.Read(stream, $"{name} of {bundle.Files.Location}");
    }

    /// <summary>Compares the parts with each other.</summary>
    /// <exception cref="BundleFormatException">They do not fit; the message lists every reason.</exception>
    public static void Check(FeatureBundle bundle, DecoderConfig config, TextTokenizer tokenizer)
    {
        var manifest = bundle.Manifest;
        var problems = new List<string>();
        if (manifest.HiddenSize != config.HiddenSize)
        {
            problems.Add($"the autoencoder reads hidden states of width {manifest.HiddenSize}, the language model's have {config.HiddenSize}");
        }

        if (manifest.RoutedHiddenStates[^1] >= config.LayerCount)
        {
            problems.Add(HiddenStateProblem(manifest, config));
        }

        if (manifest.ContextLength > config.MaxPositions)
        {
            problems.Add($"the context is {manifest.ContextLength} tokens, but the language model reads at most {config.MaxPositions}");
        }

        if (manifest.SpecialTokens.Begin && BeginToken.Of(tokenizer) is null)
        {
            problems.Add("each text is to begin with the begin-of-sequence token (specialTokens.begin), but the tokenizer has none");
        }

        if (VocabularyFit.Problem(tokenizer, config) is { } problem)
        {
            problems.Add(problem);
        }

        if (problems.Count > 0)
        {
            throw new BundleFormatException($"The parts of the bundle '{bundle.Files.Location}' do not fit together: {string.Join("; ", problems)}.");
        }
    }
}
