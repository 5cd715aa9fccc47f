using System.Text.Json;
using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Tests.Golden;

/// <summary>A training run of the reference on the small language model: tests/golden/e2e/llama_gqa_untied/train_*.</summary>
internal sealed class ReferenceRun : IDisposable
{
    private static readonly string[] Folder = ["e2e", "llama_gqa_untied"];

    private readonly JsonDocument _json;

    public ReferenceRun(string name)
    {
        _json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden([.. Folder, $"train_{name}.json"])));
        Tensors = new GoldenTensors(RepositoryFiles.Golden([.. Folder, $"train_{name}.safetensors"]));
        Losses = Numbers("backward_loss");
    }

    public GoldenTensors Tensors { get; }

    public JsonElement Json => _json.RootElement;

    /// <summary>The loss of every step.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>The model as training began with it.</summary>
    /// <param name="type">In which it computes.</param>
    public AutoencoderModel Model(ScalarType type)
    {
        var parameters = Tensors.Under("init.").ToDictionary(tensor => tensor.Key, tensor => tensor.Value.to(type));
        return new ReferenceArchitectures(Json.GetProperty("config"), Json).Create(Config("model").GetString()!, parameters);
    }

    public JsonElement Config(string name) => Json.GetProperty("config").GetProperty(name);

    public double[] Numbers(string name) => Json.GetProperty(name).EnumerateArray().Select(number => number.GetDouble()).ToArray();

    public void Dispose()
    {
        Tensors.Dispose();
        _json.Dispose();
    }
}
