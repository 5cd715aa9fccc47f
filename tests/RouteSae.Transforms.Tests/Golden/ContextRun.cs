using System.Text.Json;
using RouteSae.Autoencoders;
using RouteSae.Interpretation;

namespace RouteSae.Tests.Golden;

/// <summary>One run of the authors' extraction of contexts on a small language model: an entry of contexts_index.json, and the file it wrote.</summary>
internal sealed class ContextRun
{
    private const string Folder = "llama_gqa_untied";
    private const int HiddenSize = 32;
    private const int ActiveLatents = 8;

    /// <summary>The routed hidden states of 8 layers; of hidden_states[3:12] the reference reads the last, which is after the final norm.</summary>
    private static readonly int[] s_routed = [2, 3, 4, 5, 6];
    private const int LastOfSlice = 8;

    private readonly JsonElement _json;

    private ContextRun(JsonElement json, int batchSize)
    {
        (_json, BatchSize) = (json, batchSize);
        Expected = Read(Path);
    }

    public string Path => RepositoryFiles.Golden("e2e", Folder, Text("file"));

    public int BatchSize { get; }

    public FeatureContexts Expected { get; }

    public CodeSelection? Selection => _json.TryGetProperty("infer_k", out var k) ? CodeSelection.Largest(k.GetInt32()) : null;

    /// <summary>Heaps in which float rounding may decide what stays and in which order.</summary>
    public IReadOnlySet<(int Latent, string TokenClass)> NearTies =>
        _json.GetProperty("near_tie_latent_and_token_class").EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetString()!)).ToHashSet();

    public FeatureContextOptions Options
    {
        get
        {
            var options = new FeatureContextOptions { Threshold = _json.GetProperty("threshold").GetDouble() };
            if (_json.TryGetProperty("max_length", out var tokens))
                options.MaximumTokens = tokens.GetInt32();
            if (_json.TryGetProperty("max_per_token", out var contexts))
                options.ContextsPerToken = contexts.GetInt32();
            if (_json.TryGetProperty("lines", out var lines))
                options.MinimumContexts = lines.GetInt32() + 1;
            return options;
        }
    }

    public static IReadOnlyList<ContextRun> All()
    {
        using var index = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("e2e", Folder, "contexts_index.json")));
        var batchSize = index.RootElement.GetProperty("batch_size").GetInt32();
        return [.. index.RootElement.GetProperty("files").EnumerateArray().Select(run => new ContextRun(run.Clone(), batchSize))];
    }

    public static GoldenTensors Data() => new(RepositoryFiles.Golden("e2e", Folder, "dataset.safetensors"));

    public AutoencoderModel Model()
    {
        using var weights = new GoldenTensors(RepositoryFiles.Golden("e2e", Folder, Text("sae")));
        var tensors = weights.Under("");
        var latents = (int)tensors.First(pair => pair.Key.EndsWith("latent_bias", StringComparison.Ordinal)).Value.shape[0];
        var sizes = new AutoencoderArchitecture { HiddenSize = HiddenSize, Latents = latents, Fidelity = Fidelity.Reference };
        var topK = new TopKArchitecture { HiddenSize = HiddenSize, Latents = latents, ActiveLatents = ActiveLatents, Fidelity = Fidelity.Reference };
        var jumpRelu = new JumpReluArchitecture { HiddenSize = HiddenSize, Latents = latents, Fidelity = Fidelity.Reference };
        var crosscoder = new CrosscoderArchitecture { HiddenSize = HiddenSize, Latents = latents, Fidelity = Fidelity.Reference, HiddenStates = s_routed };
        var layer = _json.GetProperty("layer").GetInt32();
        return Text("arch") switch
        {
            "Vanilla" => new SingleLayerModel(ReluAutoencoder.FromTensors(sizes, tensors), layer),
            "TopK" => new SingleLayerModel(TopKAutoencoder.FromTensors(topK, tensors), layer),
            "JumpReLU" => new SingleLayerModel(JumpReluAutoencoder.FromTensors(jumpRelu, tensors), layer),
            "MLSAE" => new SingleLayerModel(TopKAutoencoder.FromTensors(topK, tensors), LastOfSlice),
            "Crosscoder" => CrosscoderModel.FromTensors(crosscoder, tensors),
            "RouteSAE" => RouteSaeModel.FromTensors(RouteSae(latents), tensors),
            var other => throw new NotSupportedException(other),
        };
    }

    private RouteSaeArchitecture RouteSae(int latents) => new()
    {
        HiddenSize = HiddenSize,
        RoutedHiddenStates = s_routed,
        Latents = latents,
        ActiveLatents = ActiveLatents,
        Aggregation = Enum.Parse<RouterAggregation>(Text("aggre"), ignoreCase: true),
        Mode = Enum.Parse<RoutingMode>(Text("routing"), ignoreCase: true),
        Fidelity = Fidelity.Reference,
    };

    private static FeatureContexts Read(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        var root = json.RootElement;
        return new FeatureContexts
        {
            Threshold = root.GetProperty("threshold").GetDouble(),
            MaximumTokens = root.GetProperty("max_length").GetInt32(),
            ContextsPerToken = root.GetProperty("max_per_token").GetInt32(),
            MinimumContexts = root.GetProperty("lines").GetInt32() + 1,
            Latents = [.. root.GetProperty("latent_context_map").EnumerateObject().Select(latent => new LatentContexts(int.Parse(latent.Name), Classes(latent.Value)))],
        };
    }

    private static TokenClassContexts[] Classes(JsonElement latent) =>
        [.. latent.EnumerateObject().Select(tokens => new TokenClassContexts(tokens.Name, [.. tokens.Value.EnumerateArray().Select(Context)]))];

    private static FeatureContext Context(JsonElement context) =>
        new(context.GetProperty("context").GetString()!, context.GetProperty("activation").GetSingle());

    private string Text(string name) => _json.GetProperty(name).GetString()!;
}
