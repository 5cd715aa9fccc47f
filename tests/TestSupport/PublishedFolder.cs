using System.Text.Json.Nodes;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.TestSupport;

/// <summary>Writes folders as SAELens and sparsify do, with random weights that are not of unit length and biases that are not zero.</summary>
public static class PublishedFolder
{
    public const int HiddenSize = 10;
    public const int Latents = 24;
    public const int ActiveLatents = 5;

    /// <summary>A SAELens 6 configuration.</summary>
    public static JsonObject SaeLensConfig(string architecture, int hiddenSize = HiddenSize, int latents = Latents)
    {
        var config = new JsonObject
        {
            ["d_in"] = hiddenSize,
            ["d_sae"] = latents,
            ["dtype"] = "float32",
            ["device"] = "cpu",
            ["apply_b_dec_to_input"] = true,
            ["normalize_activations"] = "none",
            ["reshape_activations"] = "none",
            ["architecture"] = architecture,
            ["metadata"] = new JsonObject
            {
                ["sae_lens_version"] = "6.18.0",
                ["model_name"] = "tiny",
                ["hook_name"] = "blocks.2.hook_resid_post",
                ["hook_head_index"] = null,
                ["model_class_name"] = "HookedTransformer",
                ["model_from_pretrained_kwargs"] = new JsonObject { ["center_writing_weights"] = false },
                ["prepend_bos"] = true,
                ["context_size"] = 128,
                ["seqpos_slice"] = new JsonArray((JsonNode?)null),
            },
        };
        if (architecture == "topk")
            config["k"] = ActiveLatents;
        return config;
    }

    /// <summary>The tensors of an architecture; W_enc is [D, M], and no two pre-activations of normal inputs are near each other.</summary>
    public static Dictionary<string, Tensor> SaeLensTensors(string architecture, int hiddenSize = HiddenSize, int latents = Latents, int seed = 1)
    {
        using var generator = new Generator((ulong)seed);
        Tensor Random(double scale, double offset, params long[] shape) => (randn(shape, generator: generator) * scale) + offset;
        var tensors = new Dictionary<string, Tensor>
        {
            ["W_enc"] = Random(0.4, 0, hiddenSize, latents),
            ["W_dec"] = Random(0.5, 0, latents, hiddenSize),
            ["b_dec"] = Random(0.5, 0.2, hiddenSize),
        };
        if (architecture == "gated")
        {
            tensors["b_gate"] = Random(0.3, 0, latents);
            tensors["b_mag"] = Random(0.3, 0.2, latents);
            tensors["r_mag"] = Random(0.4, 0, latents);
        }
        else
        {
            tensors["b_enc"] = Random(0.3, -0.1, latents);
        }

        if (architecture == "jumprelu")
            tensors["threshold"] = Random(0.4, 0.3, latents); // some below 0: as if 0
        return tensors;
    }

    public static void Write(string folder, JsonObject config, Dictionary<string, Tensor> tensors, string weights = "sae_weights.safetensors")
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "cfg.json"), config.ToJsonString());
        SafetensorsWriter.Write(Path.Combine(folder, weights), tensors);
    }

    /// <summary>A sparsify configuration.</summary>
    public static JsonObject SparsifyConfig() => new()
    {
        ["activation"] = "topk",
        ["expansion_factor"] = 32,
        ["normalize_decoder"] = true,
        ["num_latents"] = Latents,
        ["k"] = ActiveLatents,
        ["multi_topk"] = false,
        ["skip_connection"] = false,
        ["transcode"] = false,
        ["d_in"] = HiddenSize,
    };

    public static Dictionary<string, Tensor> SparsifyTensors(int latents = Latents)
    {
        var tensors = SaeLensTensors("topk", latents: latents);
        return new Dictionary<string, Tensor>
        {
            ["encoder.weight"] = tensors["W_enc"].t(),
            ["encoder.bias"] = tensors["b_enc"],
            ["W_dec"] = tensors["W_dec"],
            ["b_dec"] = tensors["b_dec"],
        };
    }
}
