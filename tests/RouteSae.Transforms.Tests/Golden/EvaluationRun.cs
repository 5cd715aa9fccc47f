using System.Text.Json;
using RouteSae.Autoencoders;
using RouteSae.Evaluation;
using RouteSae.Reference;
using static TorchSharp.torch;

namespace RouteSae.Tests.Golden;

/// <summary>One run of the authors' evaluation program on a small language model: an entry of eval.json.</summary>
internal sealed class EvaluationRun(JsonElement json)
{
    private const string Folder = "llama_gqa_untied";
    private const int HiddenSize = 32;
    private const int ActiveLatents = 8;

    /// <summary>The routed hidden states of 8 layers, and those of hidden_states[3:12] that 8 layers have.</summary>
    private static readonly int[] s_routed = [2, 3, 4, 5, 6];
    private static readonly int[] s_sliced = [3, 4, 5, 6, 7, 8];

    public string Name => $"{Text("sae")} {Text("metric")} k={json.GetProperty("infer_k")} theta={json.GetProperty("theta")} {Text("layer_output_mode")}";

    public string? Error => json.GetProperty("error").GetString();

    public double AverageLoss => json.GetProperty("avg_loss").GetDouble();

    public double[] BatchLosses => Numbers("batch_losses");

    public double[] Counts => Numbers("counts");

    public double[]? LayerWeights => json.TryGetProperty("accumulated_layer_weights", out _) ? Numbers("accumulated_layer_weights") : null;

    public ReferenceEvaluationOptions Options => new()
    {
        Metric = Text("metric") switch
        {
            "NormMSE" => ReferenceMetric.NormalizedMse,
            "KLDiv" => ReferenceMetric.KlDivergence,
            "DeltaCE" => ReferenceMetric.DeltaCrossEntropy,
            "Recovered" => ReferenceMetric.LossRecovered,
            var other => throw new NotSupportedException(other),
        },
        Selection = json.GetProperty("infer_k") is { ValueKind: JsonValueKind.Number } k ? CodeSelection.Largest(k.GetInt32())
            : json.GetProperty("theta") is { ValueKind: JsonValueKind.Number } theta ? CodeSelection.Above(theta.GetDouble())
            : null,
        LayerResult = Enum.Parse<DecoderLayerResult>(Text("layer_output_mode"), ignoreCase: true),
    };

    public static IReadOnlyList<EvaluationRun> All()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("e2e", Folder, "eval.json")));
        return [.. file.RootElement.GetProperty("runs").EnumerateArray().Select(run => new EvaluationRun(run.Clone()))];
    }

    /// <summary>The texts as the reference makes them: two a batch, padded on the right; the last batch has one.</summary>
    public static IEnumerable<EvaluationBatch> Batches()
    {
        using var data = new GoldenTensors(RepositoryFiles.Golden("e2e", Folder, "dataset.safetensors"));
        var (ids, mask) = (data["eval.input_ids"], data["eval.attention_mask"]);
        for (var first = 0L; first < ids.shape[0]; first += 2)
        {
            var count = Math.Min(2, ids.shape[0] - first);
            using var scope = NewDisposeScope();
            yield return new EvaluationBatch(ids.narrow(0, first, count).clone(), mask.narrow(0, first, count).clone());
        }
    }

    public static GoldenTensors Logits() => new(RepositoryFiles.Golden("e2e", Folder, "eval_logits.safetensors"));

    public AutoencoderModel Model(Fidelity fidelity = Fidelity.Reference)
    {
        using var weights = new GoldenTensors(RepositoryFiles.Golden("e2e", Folder, $"sae_{Text("sae")}.safetensors"));
        var tensors = weights.Under("");
        var latents = (int)tensors.First(pair => pair.Key.EndsWith("latent_bias", StringComparison.Ordinal) || pair.Key == "mag_bias").Value.shape[0];
        var sizes = new AutoencoderArchitecture { HiddenSize = HiddenSize, Latents = latents, Fidelity = fidelity };
        var topK = new TopKArchitecture { HiddenSize = HiddenSize, Latents = latents, ActiveLatents = ActiveLatents, Fidelity = fidelity };
        var layer = json.GetProperty("layer").GetInt32();
        return Text("arch") switch
        {
            "Vanilla" => new SingleLayerModel(ReluAutoencoder.FromTensors(sizes, tensors), layer),
            "Gated" => new SingleLayerModel(GatedAutoencoder.FromTensors(sizes, tensors), layer),
            "TopK" => new SingleLayerModel(TopKAutoencoder.FromTensors(topK, tensors), layer),
            "JumpReLU" => new SingleLayerModel(JumpReluAutoencoder.FromTensors(new JumpReluArchitecture { HiddenSize = HiddenSize, Latents = latents, Fidelity = fidelity }, tensors), layer),
            "MLSAE" => new MultiLayerModel(TopKAutoencoder.FromTensors(topK, tensors), s_sliced),
            "Crosscoder" => CrosscoderModel.FromTensors(new CrosscoderArchitecture { HiddenSize = HiddenSize, Latents = latents, Fidelity = fidelity, HiddenStates = s_routed }, tensors),
            "RouteSAE" => RouteSaeModel.FromTensors(RouteSae(latents, fidelity), tensors),
            var other => throw new NotSupportedException(other),
        };
    }

    private RouteSaeArchitecture RouteSae(int latents, Fidelity fidelity) => new()
    {
        HiddenSize = HiddenSize,
        RoutedHiddenStates = s_routed,
        Latents = latents,
        ActiveLatents = ActiveLatents,
        Aggregation = Enum.Parse<RouterAggregation>(Text("aggre"), ignoreCase: true),
        Mode = Enum.Parse<RoutingMode>(Text("routing"), ignoreCase: true),
        Fidelity = fidelity,
    };

    private string Text(string name) => json.GetProperty(name).GetString()!;

    private double[] Numbers(string name) => [.. json.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
