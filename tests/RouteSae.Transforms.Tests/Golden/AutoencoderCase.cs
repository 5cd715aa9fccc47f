using System.Text.Json;
using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Tests.Golden;

/// <summary>One case of tests/golden/sae: what the reference implementation computed.</summary>
internal sealed class AutoencoderCase : IDisposable
{
    private readonly JsonDocument _json;

    public AutoencoderCase(string name)
    {
        _json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("sae", $"{name}.json")));
        Tensors = new GoldenTensors(RepositoryFiles.Golden("sae", $"{name}.safetensors"));
    }

    public GoldenTensors Tensors { get; }

    public JsonElement Json => _json.RootElement;

    public JsonElement Trajectory => Json.GetProperty("trajectory");

    public TopKArchitecture TopK => new()
    {
        HiddenSize = Config("hidden_size").GetInt32(),
        Latents = Config("latent_size").GetInt32(),
        ActiveLatents = Config("k").GetInt32(),
        Fidelity = Fidelity.Reference,
    };

    public RouteSaeArchitecture RouteSae => new()
    {
        HiddenSize = Config("hidden_size").GetInt32(),
        RoutedHiddenStates = Enumerable.Range(
            Json.GetProperty("start_layer").GetInt32(),
            Json.GetProperty("end_layer").GetInt32() - Json.GetProperty("start_layer").GetInt32()).ToArray(),
        Latents = Config("latent_size").GetInt32(),
        ActiveLatents = Config("k").GetInt32(),
        Aggregation = Enum.Parse<RouterAggregation>(Config("aggre").GetString()!, ignoreCase: true),
        Mode = Enum.Parse<RoutingMode>(Config("routing").GetString()!, ignoreCase: true),
        Fidelity = Fidelity.Reference,
    };

    public IEnumerable<AutoencoderVariant> Variants => Json.GetProperty("variants").EnumerateArray().Select(ReadVariant);

    public JsonElement Config(string name) => Json.GetProperty("config").GetProperty(name);

    /// <summary>The raw hidden states of a batch: one [N, D] tensor a routed hidden state, or a single one.</summary>
    public Tensor[] HiddenStates(int batch)
    {
        var states = Tensors["input.hidden_states"][batch]; // [B, S, R, D] or [B, S, D]
        var width = states.shape[^1];
        if (states.dim() == 3)
            return [states.reshape(-1, width)];
        return Enumerable.Range(0, (int)states.shape[2]).Select(layer => states.select(2, layer).reshape(-1, width)).ToArray();
    }

    /// <summary>A golden tensor with its batch and sequence dimensions joined to one of tokens.</summary>
    public Tensor Tokens(string name)
    {
        var tensor = Tensors[name];
        return tensor.reshape([-1, .. tensor.shape[2..]]);
    }

    public double[] Numbers(string name) => Trajectory.GetProperty(name).EnumerateArray().Select(number => number.GetDouble()).ToArray();

    public void Dispose()
    {
        Tensors.Dispose();
        _json.Dispose();
    }

    private static AutoencoderVariant ReadVariant(JsonElement variant) => new(
        variant.GetProperty("name").GetString()!,
        variant.TryGetProperty("routing", out var routing) ? Enum.Parse<RoutingMode>(routing.GetString()!, ignoreCase: true) : null,
        variant.TryGetProperty("infer_k", out var activeLatents)
            ? CodeSelection.Largest(activeLatents.GetInt32())
            : CodeSelection.Above(variant.GetProperty("theta").GetDouble()),
        variant.GetProperty("normalized_mse").GetSingle(),
        variant.GetProperty("mean_active").GetDouble());
}
