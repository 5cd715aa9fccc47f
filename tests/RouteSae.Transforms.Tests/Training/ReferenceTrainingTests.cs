using System.Text.Json;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using RouteSae.Training.Objectives;
using RouteSae.Training.Optimization;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>Gradients and the optimisation against what the authors' code computed.</summary>
public sealed class ReferenceTrainingTests
{
    [Theory]
    [MemberData(nameof(ReferenceCases.All), MemberType = typeof(ReferenceCases))]
    public void LossAndGradientsEqualReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var scope = NewDisposeScope();
        using var model = golden.SingleStepModel();
        var trained = model.Parameters.Where(parameter => parameter.IsTrained).ToArray();
        // The golden gradients belong to the parameters before any unit norm.
        using var optimizer = new AutoencoderOptimizer(trained, normalizeDecoder: () => { }, new LearningRateSchedule(5e-4, 1));
        var options = new AutoencoderTrainerOptions { SparsityCoefficient = golden.SparsityCoefficient };
        var objective = TrainingSteps.Objective(model, options, new SparsityPenalty(options, countsLatents: false));

        var terms = objective.Evaluate(golden.HiddenStates(0)[..model.HiddenStates.Count]);

        CheckLosses(golden, terms);
        foreach (var (parameter, gradient) in trained.Zip(optimizer.Gradients(terms.Total)))
            parameter.ToStored(gradient).ShouldBeClose(golden.Tensors[$"grad.{parameter.Name}"], $"gradient of {parameter.Name}", absolute: 1e-7);
        golden.Tensors.NamesUnder("grad.").Should().HaveCount(trained.Length);
        model.Parameters.Except(trained).Select(parameter => parameter.Name)
            .Should().Equal(golden.Json.GetProperty("grad_none").EnumerateArray().Select(parameter => parameter.GetString()));
    }

    [Theory]
    [MemberData(nameof(ReferenceCases.All), MemberType = typeof(ReferenceCases))]
    public void TrajectoryEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var model = golden.Model();

        CheckTrajectory(golden, model);
    }

    [Theory]
    [InlineData("routesae_sum_hard_a")]
    [InlineData("routesae_mean_soft_a")]
    [InlineData("topk_a")]
    [InlineData("random_a")]
    public void TrajectoryWithoutKernelsEqualsReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var model = golden.Model();
        if (model is RouteSaeModel routed)
            routed.Path = ComputePath.TorchOperations;
        else
            ((FixedLayersModel)model).Autoencoder.Path = ComputePath.TorchOperations;

        TrainingSteps.ByKernels(model).Should().BeFalse();
        CheckTrajectory(golden, model);
    }

    // The reference's trainer keeps n/2 + 1 sums for the 3n/4 − n/4 + 1 hidden states, one too few where n leaves 3 over 4.
    [Fact]
    public void RouteSaeTrainsOnLanguageModelsWhereTheReferencesTrainerCrashes()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("sae", "functions.json")));
        var crashes = json.RootElement.GetProperty("layer_ranges").EnumerateArray().Where(range => range.GetProperty("trainer_crashes").GetBoolean()).ToArray();

        crashes.Should().HaveCount(9);
        foreach (var layers in crashes.Select(range => range.GetProperty("n_layers").GetInt32()))
        {
            using var scope = NewDisposeScope();
            var hiddenStates = RouteSaeArchitecture.DefaultRoutedHiddenStates(layers);
            using var model = RouteSaeModel.Create(
                new RouteSaeArchitecture { HiddenSize = 4, RoutedHiddenStates = hiddenStates, Latents = 8, ActiveLatents = 2, Fidelity = Fidelity.Reference }, seed: 1);
            using var trainer = new AutoencoderTrainer(model, new AutoencoderTrainerOptions { BatchTokens = 6, TotalTokens = 6 });
            using var batch = new HiddenStateBatch([.. hiddenStates.Select(_ => randn(6, 4))]);

            trainer.Step(batch).Should().BePositive();
            trainer.Routing.LayerWeightSums.Should().HaveCount(hiddenStates.Count).And.Subject.Sum().Should().Be(6);
        }
    }

    private static void CheckTrajectory(AutoencoderCase golden, AutoencoderModel model)
    {
        using var scope = NewDisposeScope();
        var check = new TrajectoryCheck(golden);
        using var trainer = new AutoencoderTrainer(model, check.Options);
        var reports = new List<TrainingProgress>();

        check.Parameters(model, batches: 0).Should().Be(model.Parameters.Count);
        var report = trainer.Train(check.Source(model), new Reports(reports.Add));

        check.Final(model, trainer.Optimizer);
        reports.Should().HaveCount(check.Batches);
        for (var batch = 0; batch < check.Batches; batch++)
            check.Progress(batch, reports[batch]);
        if (model is RouteSaeModel)
            check.LayerWeights(trainer.Routing);
        report.Steps.Should().Be(check.Batches);
        report.EndedEarly.Should().BeFalse();
    }

    private static void CheckLosses(AutoencoderCase golden, LossTerms terms)
    {
        var expected = golden.Json.GetProperty("loss");
        terms.Total.item<float>().Should().BeApproximately(expected.GetProperty("total").GetSingle(), 1e-6f);
        terms.NormalizedMse.item<float>().Should().BeApproximately(expected.GetProperty("normalized_mse").GetSingle(), 1e-6f);
        var penalty = expected.EnumerateObject().Where(loss => loss.Name is "l1" or "l0").Select(loss => loss.Value.GetSingle()).ToArray();
        if (terms.Sparsity is null)
            penalty.Should().BeEmpty();
        else
            terms.Sparsity.item<float>().Should().BeApproximately(penalty.Single(), 1e-5f);
    }
}
