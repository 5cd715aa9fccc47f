using System.Text.Json;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using RouteSae.Training.Objectives;
using RouteSae.Training.Optimization;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>Fidelity.Reference at the sizes of real use: the embedded default's (mid) and the paper's (real).</summary>
public sealed class ReferenceScaleTests
{
    [Theory]
    [MemberData(nameof(ReferenceCases.AtScale), MemberType = typeof(ReferenceCases))]
    public void RoutingCodesGradientsAndLossesEqualReference(string name)
    {
        var path = RepositoryFiles.Golden("sae", $"{name}.json");
        using var scope = NewDisposeScope();
        using var json = JsonDocument.Parse(File.ReadAllText(path));
        using var golden = new GoldenTensors(Path.ChangeExtension(path, ".safetensors"));
        using var model = RouteSaeModel.FromTensors(Architecture(json.RootElement), Parameters(json.RootElement));

        CheckForward(model, HiddenStates(json.RootElement, batch: 0), golden);
        CheckGradients(model, HiddenStates(json.RootElement, batch: 0), golden, json.RootElement);
        CheckTraining(model, json.RootElement);
    }

    [Theory]
    [MemberData(nameof(ReferenceCases.AtScale), MemberType = typeof(ReferenceCases))]
    public void KernelsTrainAsTheReference(string name)
    {
        using var scope = NewDisposeScope();
        using var json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("sae", $"{name}.json")));
        using var model = RouteSaeModel.FromTensors(Architecture(json.RootElement), Parameters(json.RootElement));
        model.Autoencoder.NormalizeDecoder();
        var losses = Losses(json.RootElement);
        using var optimizer = new AutoencoderOptimizer(
            model.Parameters, () => { }, Constant(losses.Length), beta1: 0.9, beta2: 0.999, unitNormInterval: 10, recordGradients: false);
        using var step = new RoutedKernelStep(model, new AutoencoderTrainerOptions(), optimizer);

        RoutedKernelStep.Fits(model).Should().BeTrue();
        for (var batch = 0; batch < losses.Length; batch++)
        {
            using var stepScope = NewDisposeScope();
            step.Evaluate(HiddenStates(json.RootElement, batch), zeros(0, ScalarType.Int64)).Loss.Should().BeApproximately(losses[batch], 2e-5, $"step {batch}");
            step.Update();
        }
        CheckFinal(model, json.RootElement);
    }

    private static void CheckForward(RouteSaeModel model, Tensor[] hiddenStates, GoldenTensors golden)
    {
        using var scope = NewDisposeScope();
        var routed = model.Route(hiddenStates);
        var codes = model.Encode(routed.X);
        var (indices, order) = codes.Indices.sort(1);

        routed.Chosen.ShouldBeIdentical(golden["chosen_layer"].view(-1).to(ScalarType.Int64), "chosen hidden states");
        routed.Probabilities.ShouldBeClose(golden["router_weights"].flatten(0, 1), "router probabilities");
        routed.X.narrow(0, 0, 8).ShouldBeClose(golden["routed_x_first_tokens"], "routed activations");
        indices.ShouldBeIdentical(golden["topk_indices_sorted"].flatten(0, 1).to(ScalarType.Int64), "active latents");
        codes.Values.gather(1, order).ShouldBeClose(golden["topk_values_by_index"].flatten(0, 1), "activations");
        var largest = model.Autoencoder.PreActivations(routed.X).topk(codes.Slots + 1).values;
        largest.narrow(1, codes.Slots - 1, 2).ShouldBeClose(golden["kth_and_next_value"].flatten(0, 1), "the last active and the first inactive value");
        model.Decode(codes).narrow(0, 0, 8).ShouldBeClose(golden["x_hat_first_tokens"], "reconstructions");
    }

    private static void CheckGradients(RouteSaeModel model, Tensor[] hiddenStates, GoldenTensors golden, JsonElement json)
    {
        using var scope = NewDisposeScope();
        using var optimizer = new AutoencoderOptimizer(model.Parameters, () => { }, new LearningRateSchedule(1, 1));
        using var terms = new RouteSaeObjective(model, new AutoencoderTrainerOptions()).Evaluate(hiddenStates);

        terms.Total.item<float>().Should().BeApproximately(json.GetProperty("loss").GetSingle(), 1e-5f);
        foreach (var (parameter, gradient) in model.Parameters.Zip(optimizer.Gradients(terms.Total)))
        {
            var expected = json.GetProperty("grad").GetProperty(parameter.Name);
            var flat = parameter.ToStored(gradient).view(-1);
            var sampled = golden[$"grad_sample.{parameter.Name}"];
            // Single elements are sums of float32 products in another order: that much of the largest one is noise.
            flat.index_select(0, SampleIndex(flat.shape[0], sampled.shape[0]))
                .ShouldBeClose(sampled, $"gradient of {parameter.Name}", absolute: 1e-5 * expected.GetProperty("max_abs").GetDouble(), relative: 1e-4);
            var length = expected.GetProperty("l2").GetDouble();
            flat.to(ScalarType.Float64).norm().item<double>().Should().BeApproximately(length, 1e-4 * length, parameter.Name);
            flat.abs().sum(ScalarType.Float64).item<double>().Should().BeApproximately(expected.GetProperty("abs_sum").GetDouble(), 1e-4 * expected.GetProperty("abs_sum").GetDouble(), parameter.Name);
            flat.abs().max().item<float>().Should().BeApproximately(expected.GetProperty("max_abs").GetSingle(), 1e-4f * expected.GetProperty("max_abs").GetSingle(), parameter.Name);
            (flat != 0).sum().item<long>().Should().Be(expected.GetProperty("nonzero").GetInt64(), parameter.Name);
        }
    }

    private static void CheckTraining(RouteSaeModel model, JsonElement json)
    {
        model.Autoencoder.NormalizeDecoder();
        var losses = Losses(json);
        using var optimizer = new AutoencoderOptimizer(model.Parameters, () => { }, Constant(losses.Length));
        var objective = new RouteSaeObjective(model, new AutoencoderTrainerOptions());
        for (var step = 0; step < losses.Length; step++)
        {
            using var scope = NewDisposeScope();
            var terms = objective.Evaluate(HiddenStates(json, step));
            terms.Total.item<float>().Should().BeApproximately(losses[step], 2e-5f, $"step {step}");
            optimizer.Step(terms.Total);
        }
        CheckFinal(model, json);
    }

    private static void CheckFinal(RouteSaeModel model, JsonElement json)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in model.Parameters)
        {
            var length = json.GetProperty("train").GetProperty("final_l2").GetProperty(parameter.Name).GetDouble();
            parameter.Value.detach().to(ScalarType.Float64).norm().item<double>().Should().BeApproximately(length, 1e-5 * length, $"final {parameter.Name}");
        }
    }

    private static float[] Losses(JsonElement json) =>
        [.. json.GetProperty("train").GetProperty("losses").EnumerateArray().Select(loss => loss.GetSingle())];

    private static LearningRateSchedule Constant(int steps) => new(5e-4, steps, warmupFraction: 0, decayFraction: 0);

    private static Tensor SampleIndex(long elements, long samples) =>
        tensor(Enumerable.Range(0, (int)samples).Select(sample => sample * (elements - 1) / (samples - 1)).ToArray());

    private static RouteSaeArchitecture Architecture(JsonElement json)
    {
        var config = json.GetProperty("config");
        return new RouteSaeArchitecture
        {
            HiddenSize = config.GetProperty("hidden_size").GetInt32(),
            RoutedHiddenStates = RouteSaeArchitecture.DefaultRoutedHiddenStates(config.GetProperty("n_layers").GetInt32()),
            Latents = config.GetProperty("latent_size").GetInt32(),
            ActiveLatents = config.GetProperty("k").GetInt32(),
            Aggregation = Enum.Parse<RouterAggregation>(config.GetProperty("aggre").GetString()!, ignoreCase: true),
            Fidelity = Fidelity.Reference,
        };
    }

    private static Dictionary<string, Tensor> Parameters(JsonElement json) =>
        json.GetProperty("params").EnumerateObject().ToDictionary(entry => entry.Name, entry => Make(entry.Value, 0));

    // Stored as [B, S, L, D].
    private static Tensor[] HiddenStates(JsonElement json, int batch)
    {
        var all = Make(json.GetProperty("hidden_states"), batch).flatten(0, 1);
        return Enumerable.Range(0, (int)all.shape[1]).Select(layer => all.select(1, layer)).ToArray();
    }

    private static Tensor Make(JsonElement entry, int batch) => HashedValues.Make(
        entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray(),
        (uint)(entry.GetProperty("seed").GetInt32() + batch),
        entry.GetProperty("scale").GetDouble(),
        entry.GetProperty("offset").GetDouble());
}
