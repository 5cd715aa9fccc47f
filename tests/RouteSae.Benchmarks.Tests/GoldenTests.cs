using System.Text.Json;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Benchmarks.PlainPort;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Tests;

/// <summary>The plain port against what the authors' code computed (tests/golden/sae).</summary>
public sealed class GoldenTests : IDisposable
{
    private const string Case = "routesae_sum_hard_a";

    private readonly JsonDocument _json = JsonDocument.Parse(File.ReadAllText(Golden($"{Case}.json")));
    private readonly SafetensorsFile _tensors = SafetensorsFile.Open(Golden($"{Case}.safetensors"));

    [Fact]
    public void OneStepForwardAndBackwardEqualsReference()
    {
        using var scope = NewDisposeScope();
        using var plain = Load();

        var routing = plain.Route(HiddenStates(0));
        var latents = plain.Encode(routing.X);
        var loss = PlainObjective.Loss(plain, HiddenStates(0));
        loss.backward();

        routing.Probabilities[0].ShouldBeGolden(Tokens("fwd.router_weights"), "router probabilities");
        routing.LayerWeights[0].ShouldBeGolden(Tokens("fwd.layer_weights"), "layer weights");
        routing.X[0].ShouldBeGolden(Tokens("fwd.routed_x"), "routed activation");
        latents[0].ShouldBeGolden(Tokens("fwd.latents"), "latents");
        plain.Decode(latents)[0].ShouldBeGolden(Tokens("fwd.x_hat"), "reconstruction");
        loss.item<float>().Should().BeApproximately(_json.RootElement.GetProperty("loss").GetProperty("total").GetSingle(), 1e-5f);
        foreach (var (name, parameter) in plain.Parameters)
            parameter.grad!.ShouldBeGolden(_tensors.Load($"grad.{name}"), $"the gradient of {name}");
    }

    [Fact]
    public void TrajectoryEqualsReference()
    {
        using var scope = NewDisposeScope();
        using var plain = Load();
        using var trainer = new PlainTrainer(plain);
        var (losses, rates, batches) = (Numbers("backward_loss"), Numbers("lr_per_optimizer_step"), Numbers("batch_order_per_epoch"));

        for (var step = 0; step < losses.Length; step++)
        {
            trainer.LearningRate = rates[step];
            trainer.Step(HiddenStates((int)batches[step])).Should().BeApproximately(losses[step], 2e-5, $"the loss of step {step}");
        }

        plain.NormalizeDecoder();
        foreach (var (name, parameter) in plain.Parameters)
            parameter.ShouldBeGolden(_tensors.Load($"traj.final.{name}"), name);
    }

    public void Dispose()
    {
        _tensors.Dispose();
        _json.Dispose();
    }

    private static string Golden(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RouteSae.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds RouteSae.sln.");
        return Path.Combine(folder.FullName, "tests", "golden", "sae", file);
    }

    private PlainRouteSae Load()
    {
        const string prefix = "param.";
        var config = _json.RootElement.GetProperty("config");
        var architecture = new RouteSaeArchitecture
        {
            HiddenSize = config.GetProperty("hidden_size").GetInt32(),
            RoutedHiddenStates = [2, 3, 4, 5, 6],
            Latents = config.GetProperty("latent_size").GetInt32(),
            ActiveLatents = config.GetProperty("k").GetInt32(),
            Aggregation = RouterAggregation.Sum,
            Fidelity = Fidelity.Reference,
        };
        var names = _tensors.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal));
        return new PlainRouteSae(names.ToDictionary(name => name[prefix.Length..], name => _tensors.Load(name)), architecture);
    }

    /// <summary>L x [N, D] of a batch that is stored as [B, S, L, D].</summary>
    private Tensor[] HiddenStates(int batch)
    {
        var states = _tensors.Load("input.hidden_states")[batch].flatten(0, 1); // [N, L, D]
        return [.. Enumerable.Range(0, (int)states.shape[1]).Select(layer => states.select(1, layer))];
    }

    /// <summary>A golden tensor with its batch and sequence dimensions joined to one of tokens.</summary>
    private Tensor Tokens(string name) => _tensors.Load(name).flatten(0, 1);

    private double[] Numbers(string name) =>
        [.. _json.RootElement.GetProperty("trajectory").GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
