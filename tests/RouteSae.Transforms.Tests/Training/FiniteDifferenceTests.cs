using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>The objective's gradients against central differences of the loss in float64, every single parameter.</summary>
public sealed class FiniteDifferenceTests
{
    private const double Step = 1e-6;

    [Theory]
    [InlineData(RoutingMode.Hard, RouterAggregation.Sum)]
    [InlineData(RoutingMode.Soft, RouterAggregation.Mean)]
    public void ReferenceObjective(RoutingMode mode, RouterAggregation aggregation)
    {
        using var scope = NewDisposeScope();
        using var model = Model(Architecture(mode, aggregation, Fidelity.Reference));
        var hiddenStates = HiddenStates(model.Architecture);
        var objective = new RouteSaeObjective(model, new AutoencoderTrainerOptions());

        CheckEveryParameter(model, objective.Evaluate(hiddenStates).Total, () => objective.Evaluate(hiddenStates).Total);
    }

    // The target, and the residual that AuxK reconstructs, are constants to the gradient: the differences hold them still too.
    [Theory]
    [InlineData(RoutingMode.Hard, RouterAggregation.Sum)]
    [InlineData(RoutingMode.Soft, RouterAggregation.Mean)]
    public void CorrectedObjectiveHoldsTheTargetStill(RoutingMode mode, RouterAggregation aggregation)
    {
        using var scope = NewDisposeScope();
        using var model = Model(Architecture(mode, aggregation, Fidelity.Corrected));
        var hiddenStates = HiddenStates(model.Architecture);
        var options = new AutoencoderTrainerOptions { LoadBalanceCoefficient = mode == RoutingMode.Hard ? 0.3 : 0 };
        var target = model.Route(hiddenStates).X.clone();

        CheckEveryParameter(model, new RouteSaeObjective(model, options).Evaluate(hiddenStates).Total, () =>
        {
            var routed = model.Route(hiddenStates);
            var error = NormalizedMse.Mean(model.Decode(model.Encode(routed.X)), target);
            return error + LoadBalance.Loss(routed) * options.LoadBalanceCoefficient;
        });
    }

    [Fact]
    public void AuxiliaryLossReachesTheDeadLatentsOnly()
    {
        using var scope = NewDisposeScope();
        using var model = Model(Architecture(RoutingMode.Hard, RouterAggregation.Sum, Fidelity.Corrected));
        var hiddenStates = HiddenStates(model.Architecture);
        var x = model.Route(hiddenStates).X.clone();
        var centered = (x - model.Autoencoder.PreBias).clone();
        var reconstruction = model.Decode(model.Encode(x)).clone();
        var dead = tensor(new long[] { 1, 4, 9 });
        Tensor[] parameters = [model.Autoencoder.EncoderWeight, model.Autoencoder.LatentBias, model.Autoencoder.DecoderDirections];
        foreach (var parameter in parameters)
            parameter.requires_grad_(true);

        var gradients = autograd.grad([AuxiliaryLoss.Loss(model.Autoencoder, x, reconstruction, dead, maximumLatents: 2)], parameters);

        var living = Enumerable.Range(0, 12).Except([1, 4, 9]).Select(latent => (long)latent).ToArray();
        foreach (var (parameter, gradient) in parameters.Zip(gradients))
        {
            gradient.index_select(0, tensor(living)).abs().max().item<double>().Should().Be(0);
            var differences = Differences(parameter, () => HandWritten(model.Autoencoder, centered, x - reconstruction, [1, 4, 9]));
            gradient.ShouldBeClose(differences, "gradient of AuxK", absolute: 1e-8, relative: 1e-5);
            gradient.abs().max().item<double>().Should().BePositive();
        }
    }

    // Two of three dead latents a token, spelt out with sorting and loops.
    private static Tensor HandWritten(TopKAutoencoder autoencoder, Tensor centered, Tensor residual, long[] dead)
    {
        var errors = zeros(1, dtype: ScalarType.Float64);
        for (var token = 0; token < centered.shape[0]; token++)
        {
            var best = dead
                .Select(latent => (latent, activation: (autoencoder.EncoderWeight[latent] * centered[token]).sum() + autoencoder.LatentBias[latent]))
                .OrderByDescending(pair => pair.activation.detach().item<double>())
                .Take(2);
            var reconstruction = zeros_like(centered[token]);
            foreach (var (latent, activation) in best.Where(pair => pair.activation.detach().item<double>() > 0))
                reconstruction += activation * autoencoder.DecoderDirections[latent];
            errors += (reconstruction - residual[token]).square().sum();
        }
        return errors.squeeze() / residual.square().sum();
    }

    private static void CheckEveryParameter(RouteSaeModel model, Tensor loss, Func<Tensor> evaluate)
    {
        var parameters = model.Parameters.Select(parameter => parameter.Value).ToArray();
        var gradients = autograd.grad([loss], parameters);
        foreach (var (parameter, gradient) in model.Parameters.Zip(gradients))
        {
            gradient.abs().max().item<double>().Should().BePositive($"{parameter.Name} must have a gradient");
            gradient.ShouldBeClose(Differences(parameter.Value, evaluate), parameter.Name, absolute: 1e-8, relative: 1e-5);
        }
    }

    private static Tensor Differences(Tensor parameter, Func<Tensor> evaluate)
    {
        using var noGradient = no_grad();
        var differences = zeros_like(parameter);
        var (values, results) = (parameter.view(-1), differences.view(-1));
        for (var i = 0L; i < values.shape[0]; i++)
            results[i] = (Moved(values, i, Step, evaluate) - Moved(values, i, -Step, evaluate)) / (2 * Step);
        return differences;
    }

    private static double Moved(Tensor values, long index, double by, Func<Tensor> evaluate)
    {
        using var scope = NewDisposeScope();
        var before = values[index].item<double>();
        values[index] = before + by;
        var result = evaluate().item<double>();
        values[index] = before;
        return result;
    }

    private static RouteSaeArchitecture Architecture(RoutingMode mode, RouterAggregation aggregation, Fidelity fidelity) => new()
    {
        HiddenSize = 5,
        RoutedHiddenStates = [1, 2, 3],
        Latents = 12,
        ActiveLatents = 3,
        Mode = mode,
        Aggregation = aggregation,
        Fidelity = fidelity,
    };

    private static Tensor[] HiddenStates(RouteSaeArchitecture architecture)
    {
        var generator = new Generator(11);
        return architecture.RoutedHiddenStates
            .Select(_ => randn(9, architecture.HiddenSize, dtype: ScalarType.Float64, generator: generator))
            .ToArray();
    }

    private static RouteSaeModel Model(RouteSaeArchitecture architecture)
    {
        var generator = new Generator(7);
        var (hidden, latents) = (architecture.HiddenSize, architecture.Latents);
        var model = RouteSaeModel.FromTensors(architecture, new Dictionary<string, Tensor>
        {
            ["sae.pre_bias"] = randn(hidden, dtype: ScalarType.Float64, generator: generator) * 0.1,
            ["sae.latent_bias"] = randn(latents, dtype: ScalarType.Float64, generator: generator) * 0.1,
            ["sae.encoder.weight"] = randn(latents, hidden, dtype: ScalarType.Float64, generator: generator) * 0.5,
            ["sae.decoder.weight"] = randn(hidden, latents, dtype: ScalarType.Float64, generator: generator) * 0.5,
            ["router.weight"] = randn(architecture.RoutedHiddenStates.Count, hidden, dtype: ScalarType.Float64, generator: generator) * 0.3,
        });
        foreach (var parameter in model.Parameters)
            parameter.Value.requires_grad_(true);
        return model;
    }
}
