using System.Text.Json.Nodes;
using RouteSae.LanguageModels;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Tests.LanguageModels.Families;

/// <summary>A small checkpoint of a family in a folder of its own, and what the published equations make of it.</summary>
internal sealed class FamilyCase : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FamilyCase(string name, long[]? ids = null)
    {
        var config = FamilyConfigs.All[name]();
        Ids = ids ?? FamilyConfigs.Ids(name);
        var reference = Reference(config);
        States = reference.HiddenStates(Ids);
        Logits = reference.Logits(States[^1]);
        SafetensorsWriter.Write(_folder.File("model.safetensors"), reference.Weights);
        File.WriteAllText(_folder.File("config.json"), Published(config).ToJsonString());
    }

    public string Folder => _folder.Path;

    public long[] Ids { get; }

    /// <summary>Float64, each [S, D].</summary>
    public IReadOnlyList<Tensor> States { get; }

    /// <summary>Float64 [S, V].</summary>
    public Tensor Logits { get; }

    public DecoderModel Load(Precision precision = Precision.Float32, int? last = null) =>
        DecoderModel.Load(_folder.Path, new DecoderLoadOptions { Precision = precision, LastHiddenState = last });

    public void Dispose() => _folder.Dispose();

    private static PublishedDecoder Reference(JsonObject config) => (string)config["model_type"]! switch
    {
        "gemma" or "gemma2" or "gemma3_text" => new PublishedGemma(config),
        "gemma3" => new PublishedGemma(config["text_config"]!.AsObject(), "language_model.model."),
        "phi" => new PublishedPhi(config),
        "gpt_neox" => new PublishedGptNeoX(config),
        "gpt2" => new PublishedGpt2(config, config.ContainsKey("bare") ? "" : "transformer."),
        _ => new PublishedLlama(config),
    };

    /// <summary>GPT-2 names the sizes in its own way.</summary>
    private static JsonObject Published(JsonObject config)
    {
        if ((string)config["model_type"]! != "gpt2")
            return config;
        var own = config.DeepClone().AsObject();
        foreach (var (usual, name) in new[] { ("hidden_size", "n_embd"), ("num_hidden_layers", "n_layer"), ("num_attention_heads", "n_head"), ("intermediate_size", "n_inner") })
        {
            own[name] = own[usual]!.DeepClone();
            own.Remove(usual);
        }

        return own;
    }
}
