using System.Text.Json;
using System.Text.Json.Nodes;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Published;

/// <summary>The two files of a SAELens folder.</summary>
internal static class SaeLensWriter
{
    /// <summary>Beside what SAELens knows, the exact scaling: its layer norm stands for two of ours.</summary>
    public const string ScalingField = "routesae_scaling";

    /// <summary>From this version on, facts about the language model stand in <c>metadata</c>.</summary>
    private const string FormatVersion = "6.0.0";

    public static void WriteWeights(SparseAutoencoder autoencoder, string path)
    {
        using var scope = NewDisposeScope();
        var stored = autoencoder.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.detach().to_type(ScalarType.Float32));
        var tensors = FormOf(autoencoder).Tensors.ToDictionary(pair => pair.Value, pair => stored[pair.Key].expand(autoencoder.Architecture.Latents).contiguous());
        tensors[SaeLensFolder.Encoder] = stored[SparseAutoencoder.EncoderName].t();
        tensors[SaeLensFolder.Decoder] = stored[SparseAutoencoder.DecoderName];
        tensors[SaeLensFolder.DecoderBias] = stored[SparseAutoencoder.PreBiasName];
        SafetensorsWriter.Write(path, tensors);
    }

    public static byte[] Config(SingleLayerModel model, SaeLensExportOptions options)
    {
        var config = new JsonObject
        {
            ["architecture"] = FormOf(model.Autoencoder).Architecture,
            ["d_in"] = model.HiddenSize,
            ["d_sae"] = model.Latents,
            ["dtype"] = "float32",
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = true,
            ["normalize_activations"] = Normalization(model.Scaling),
            ["reshape_activations"] = "none",
            ["metadata"] = Metadata(model, options),
        };
        if (model.Autoencoder is TopKAutoencoder topK)
        {
            config["k"] = topK.Architecture.ActiveLatents;
            config["rescale_acts_by_decoder_norm"] = false;
        }

        return JsonSerializer.SerializeToUtf8Bytes(config);
    }

    private static JsonObject Metadata(SingleLayerModel model, SaeLensExportOptions options) => new()
    {
        ["sae_lens_version"] = FormatVersion,
        ["model_name"] = options.LanguageModel,
        ["model_class_name"] = "HookedTransformer",
        ["hook_name"] = SaeLensHook.Of(model.HiddenStates[0]),
        ["hook_head_index"] = null,
        ["model_from_pretrained_kwargs"] = new JsonObject
        {
            ["center_writing_weights"] = model.Scaling is HiddenStateScaling.Centered or HiddenStateScaling.CenteredConstantNorm,
        },
        ["prepend_bos"] = options.PrependsBeginOfSequence,
        ["context_size"] = options.ContextLength,
        ["dataset_path"] = options.Dataset,
        [ScalingField] = model.Scaling.ToString(),
    };

    private static string Normalization(HiddenStateScaling scaling) => scaling switch
    {
        HiddenStateScaling.None or HiddenStateScaling.Centered => "none",
        HiddenStateScaling.ConstantNorm or HiddenStateScaling.CenteredConstantNorm => "constant_norm_rescale",
        _ => "layer_norm",
    };

    private static SaeLensForm FormOf(SparseAutoencoder autoencoder) =>
        autoencoder.Kind.SaeLens ?? throw new NotSupportedException($"SAELens has no architecture for {autoencoder.Kind.Title}.");
}
