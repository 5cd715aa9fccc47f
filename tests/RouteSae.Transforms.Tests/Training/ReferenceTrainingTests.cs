using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>Gradients and the optimisation against what the authors' code computed, in the optimiser's own terms.</summary>
public sealed class ReferenceTrainingTests
{
    [Theory]
    [InlineData("routesae_sum_hard_a")]
    [InlineData("routesae_sum_soft_a")]
    [InlineData("routesae_mean_hard_a")]
    [InlineData("routesae_mean_soft_a")]
    public void RoutedGradientsEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.FromTensors(golden.RouteSae, golden.Tensors.Under("param."));
        CheckGradients(golden, model.Parameters, () => Loss(model, golden.HiddenStates(0)));
    }

    [Theory]
    [InlineData("topk_a")]
    public void TopKGradientsEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var autoencoder = TopKAutoencoder.FromTensors(golden.TopK, golden.Tensors.Under("param."));
        CheckGradients(golden, autoencoder.Parameters, () => Loss(autoencoder, golden.HiddenStates(0)[0]));
    }

    [Theory]
    [InlineData("topk_a")]
    public void TopKTrajectoryEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var autoencoder = TopKAutoencoder.FromTensors(golden.TopK, golden.Tensors.Under("param."));
        var check = new TrajectoryCheck(golden);
        using var optimizer = new AutoencoderOptimizer(autoencoder.Parameters, autoencoder.NormalizeDecoder, check.Schedule);

        check.Parameters(optimizer, batches: 0);
        for (var step = 0; step < check.Steps; step++)
        {
            using var stepScope = NewDisposeScope();
            var loss = Loss(autoencoder, golden.HiddenStates(check.BatchOf(step))[0]);
            check.Loss(step, loss.item<float>());
            check.LearningRate(step, optimizer.Step(loss));
            check.Parameters(optimizer, batches: step + 1);
        }
        optimizer.Finish();
        check.Final(optimizer);
    }

    [Theory]
    [InlineData("routesae_sum_hard_a")]
    [InlineData("routesae_sum_soft_a")]
    [InlineData("routesae_mean_hard_a")]
    [InlineData("routesae_mean_soft_a")]
    public void RoutedTrajectoryEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.FromTensors(golden.RouteSae, golden.Tensors.Under("param."));
        var check = new TrajectoryCheck(golden);
        using var trainer = new AutoencoderTrainer(model, check.Options);
        var reports = new List<TrainingProgress>();

        check.Parameters(trainer.Optimizer, batches: 0).Should().Be(5);
        var report = trainer.Train(Batches(golden, check, trainer), new Reports(reports.Add));

        check.Final(trainer.Optimizer);
        reports.Should().HaveCount(check.Steps);
        for (var step = 0; step < check.Steps; step++)
        {
            check.Loss(step, reports[step].Loss);
            check.LoggedMse(step, reports[step].NormalizedMse);
            check.LearningRate(step, reports[step].LearningRate);
            reports[step].ActiveLatents.Should().Be(golden.RouteSae.ActiveLatents);
        }
        check.LayerWeights(trainer.Routing);
        report.Steps.Should().Be(check.Steps);
        report.EndedEarly.Should().BeFalse();
    }

    // The parameters after n steps are looked at when batch n is asked for.
    private static IEnumerable<HiddenStateBatch> Batches(AutoencoderCase golden, TrajectoryCheck check, AutoencoderTrainer trainer)
    {
        for (var step = 0; step < check.Steps; step++)
        {
            check.Parameters(trainer.Optimizer, batches: step);
            yield return new HiddenStateBatch(golden.HiddenStates(check.BatchOf(step)));
        }
    }

    private static void CheckGradients(AutoencoderCase golden, IReadOnlyList<AutoencoderParameter> parameters, Func<Tensor> loss)
    {
        // The golden gradients belong to the parameters before any unit norm.
        using var optimizer = new AutoencoderOptimizer(parameters, normalizeDecoder: () => { }, new LearningRateSchedule(5e-4, 1));
        var value = loss();
        var gradients = optimizer.Gradients(value);

        value.item<float>().Should().BeApproximately(golden.Json.GetProperty("loss").GetProperty("total").GetSingle(), 1e-6f);
        foreach (var (parameter, gradient) in parameters.Zip(gradients))
            parameter.ToStored(gradient).ShouldBeClose(golden.Tensors[$"grad.{parameter.Name}"], $"gradient of {parameter.Name}", absolute: 1e-7);
    }

    private static Tensor Loss(RouteSaeModel model, IReadOnlyList<Tensor> hiddenStates)
    {
        var routed = model.Route(hiddenStates);
        return NormalizedMse.Mean(model.Decode(model.Encode(routed.X)), routed.X);
    }

    private static Tensor Loss(TopKAutoencoder autoencoder, Tensor hiddenState)
    {
        var x = Standardization.Apply(hiddenState).Values;
        return NormalizedMse.Mean(autoencoder.Decode(autoencoder.Encode(x)), x);
    }
}
