using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using static TorchSharp.torch;

namespace RouteSae.Published;

/// <summary>Reads a folder of SAELens.</summary>
internal static class SaeLensFolder
{
    public const string Weights = "sae_weights.safetensors";

    internal const string Encoder = "W_enc";
    internal const string Decoder = "W_dec";
    internal const string DecoderBias = "b_dec";

    /// <summary>The names under which some versions stored the factors of activations before decoding.</summary>
    private static readonly string[] LatentScales = ["finetuning_scaling_factor", "scaling_factor"];

    public static PublishedAutoencoder Load(string folder, PublishedAutoencoderOptions options)
    {
        var config = SaeLensConfigReader.Read(Path.Combine(folder, PublishedAutoencoder.Config));
        SaeLensNotes.CheckOptions(config, options);
        var scaling = SaeLensScaling.Of(config, options);
        using var tensors = PublishedTensors.Open(Path.Combine(folder, Weights));
        return new PublishedAutoencoder
        {
            Format = PublishedFormat.SaeLens,
            Model = new SingleLayerModel(Build(config, tensors, options.ActivationScale ?? 1), config.HiddenState, scaling),
            LanguageModel = config.LanguageModel,
            ContextLength = config.ContextLength,
            PrependsBeginOfSequence = config.PrependsBeginOfSequence,
            Notes = SaeLensNotes.Of(config, options, scaling),
        };
    }

    private static SparseAutoencoder Build(SaeLensConfig config, PublishedTensors tensors, double activationScale)
    {
        using var scope = NewDisposeScope();
        var weights = Read(config, tensors);
        ApplyLatentScales(config, tensors, weights);
        tensors.ThrowIfUnread();
        if (activationScale != 1)
            weights.FoldActivationScale(activationScale);
        if (!config.AppliesInputBias)
            weights.FoldInputBias();
        if (config.RescalesByDecoderNorm)
            weights.FoldDecoderNorms();
        return Create(config, weights.ToStored());
    }

    private static PublishedWeights Read(SaeLensConfig config, PublishedTensors tensors)
    {
        var (hidden, latents) = ((long)config.HiddenSize, (long)config.Latents);
        var ofLatents = config.Kind.SaeLens!.Tensors.ToDictionary(pair => pair.Key, pair => tensors.Read(pair.Value, latents));
        return new PublishedWeights(
            tensors.Read(Encoder, hidden, latents).t().contiguous(), tensors.Read(Decoder, latents, hidden), tensors.Read(DecoderBias, hidden), ofLatents);
    }

    /// <summary>For some versions all files held factors, which were all 1.</summary>
    private static void ApplyLatentScales(SaeLensConfig config, PublishedTensors tensors, PublishedWeights weights)
    {
        var name = LatentScales.FirstOrDefault(tensors.Contains);
        if (name is null && config.HasLatentScales)
            throw new PublishedFormatException($"{config.Location}: finetuning_scaling_factor is true, but {tensors.Location} has no such tensor.");
        if (name is null)
            return;
        var scales = tensors.Read(name, config.Latents);
        if (config.HasLatentScales)
            weights.FoldLatentScales(scales);
        else if ((scales != 1).any().item<bool>())
            throw new PublishedFormatException($"{tensors.Location} holds {name} with other values than 1, but in {PublishedAutoencoder.Config} finetuning_scaling_factor is not true.");
    }

    private static SparseAutoencoder Create(SaeLensConfig config, Dictionary<string, Tensor> tensors)
    {
        var settings = new AutoencoderSettings { HiddenSize = config.HiddenSize, Latents = config.Latents, ActiveLatents = config.ActiveLatents };
        return config.Kind.FromTensors(config.Kind.ArchitectureOf(settings), tensors);
    }
}
