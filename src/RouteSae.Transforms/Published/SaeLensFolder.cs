using RouteSae.Autoencoders;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Published;

/// <summary>Reads a folder of SAELens.</summary>
internal static class SaeLensFolder
{
    public const string Weights = "sae_weights.safetensors";

    internal const string Encoder = "W_enc";
    internal const string Decoder = "W_dec";
    internal const string EncoderBias = "b_enc";
    internal const string DecoderBias = "b_dec";
    internal const string Threshold = "threshold";
    internal const string GateBias = "b_gate";
    internal const string MagnitudeBias = "b_mag";
    internal const string MagnitudeScale = "r_mag";

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
        var ofLatents = NamesOfLatents(config.Architecture).ToDictionary(pair => pair.Ours, pair => tensors.Read(pair.Theirs, latents));
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

    /// <summary>The tensors with a value for each latent, by our names and theirs.</summary>
    internal static IEnumerable<(string Ours, string Theirs)> NamesOfLatents(SaeLensArchitecture architecture) => architecture switch
    {
        SaeLensArchitecture.Gated =>
            [(GatedAutoencoder.GateBiasName, GateBias), (GatedAutoencoder.MagnitudeBiasName, MagnitudeBias), (GatedAutoencoder.MagnitudeScaleName, MagnitudeScale)],
        SaeLensArchitecture.JumpRelu => [(SparseAutoencoder.LatentBiasName, EncoderBias), (JumpReluAutoencoder.ThresholdName, Threshold)],
        _ => [(SparseAutoencoder.LatentBiasName, EncoderBias)],
    };

    private static SparseAutoencoder Create(SaeLensConfig config, Dictionary<string, Tensor> tensors)
    {
        var plain = new AutoencoderArchitecture { HiddenSize = config.HiddenSize, Latents = config.Latents };
        return config.Architecture switch
        {
            SaeLensArchitecture.TopK => TopKAutoencoder.FromTensors(
                new TopKArchitecture { HiddenSize = config.HiddenSize, Latents = config.Latents, ActiveLatents = config.ActiveLatents }, tensors),
            SaeLensArchitecture.JumpRelu => JumpReluAutoencoder.FromTensors(new JumpReluArchitecture { HiddenSize = config.HiddenSize, Latents = config.Latents }, tensors),
            SaeLensArchitecture.Gated => GatedAutoencoder.FromTensors(plain, tensors),
            _ => ReluAutoencoder.FromTensors(plain, tensors),
        };
    }
}
