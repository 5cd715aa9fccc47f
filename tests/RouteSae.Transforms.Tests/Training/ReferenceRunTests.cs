using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using RouteSae.Reference;
using RouteSae.Tests.Golden;
using RouteSae.Tokens;
using RouteSae.Training;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>From files of JSON lines over the language model to a trained autoencoder, against the authors' program.</summary>
public sealed class ReferenceRunTests
{
    [Theory]
    [InlineData("topk")]
    [InlineData("jumprelu")]
    [InlineData("crosscoder")]
    public void TrainingOnTextsEqualsReference(string name)
    {
        using var scope = NewDisposeScope();
        using var run = new ReferenceRun(name);
        using var model = run.Model(ScalarType.Float32);

        var (losses, _) = Train(run, model);

        Check(losses, run.Losses, steps: 30, tolerance: 2e-5);
        var final = run.Tensors.Under("final.");
        final.Keys.Should().BeEquivalentTo(model.Parameters.Select(parameter => parameter.Name));
        foreach (var parameter in model.Parameters)
            parameter.ToStored(parameter.Value).ShouldBeClose(final[parameter.Name], $"final {parameter.Name}");
    }

    // While b_pre and b_lat are 0, the loss of a hard-routed RouteSAE does not depend on p: the router's true gradient is 0, and the
    // reference's router moves by rounding noise, which Adam scales up. Its first steps stay near those without noise; then a
    // token goes another way, and the runs part for good.
    [Fact]
    public void RouteSaeTrainingInFloat64FollowsTheReferenceUntilItsNoiseRoutesATokenElsewhere()
    {
        using var scope = NewDisposeScope();
        using var run = new ReferenceRun("routesae_sum_hard");
        using var model = run.Model(ScalarType.Float64);

        var (losses, routing) = Train(run, model);

        Check(losses, run.Losses, steps: 8, tolerance: 2e-5);
        Check(losses, run.Losses, steps: 30, tolerance: 1e-2);
        CheckRouting(run, routing);
        CheckDistances(run, model);
    }

    [Fact]
    public void RouteSaeTrainingStaysAsCloseToTheReferenceAsNoiseLets()
    {
        using var scope = NewDisposeScope();
        using var run = new ReferenceRun("routesae_sum_hard");
        using var model = run.Model(ScalarType.Float32);

        var (losses, routing) = Train(run, model);

        Check(losses, run.Losses, steps: 2, tolerance: 2e-5); // the first step has learning rate 0
        Check(losses, run.Losses, steps: 30, tolerance: 2e-2);
        losses.Average().Should().BeApproximately(run.Losses.Average(), 2e-3);
        CheckRouting(run, routing);
        CheckDistances(run, model);
    }

    private static (double[] Losses, RoutingStatistics Routing) Train(ReferenceRun run, AutoencoderModel model)
    {
        using var languageModel = DecoderModel.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"), new DecoderLoadOptions { Precision = Precision.Float32 });
        var texts = new JsonLinesFolder(RepositoryFiles.Golden("e2e", "llama_gqa_untied", "data_train")).Texts();
        var source = new ReferenceActivationSource(
            languageModel, TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied")), model.HiddenStates, SequenceOptions(run));
        using var trainer = new AutoencoderTrainer(model, TrainerOptions(run, source.Sequences.TrainerOptions(texts)));
        var reports = new List<TrainingProgress>();

        var report = trainer.Train(source.Batches(texts), new Reports(reports.Add));

        report.EndedEarly.Should().BeFalse();
        reports.Should().HaveCount(run.Losses.Count);
        return (reports.Select(progress => progress.Loss).ToArray(), trainer.Routing);
    }

    private static ReferenceSequenceOptions SequenceOptions(ReferenceRun run) => new()
    {
        MaxLength = run.Config("max_length").GetInt32(),
        BatchSize = run.Config("batch_size").GetInt32(),
        Epochs = run.Config("num_epochs").GetInt32(),
    };

    private static AutoencoderTrainerOptions TrainerOptions(ReferenceRun run, AutoencoderTrainerOptions options)
    {
        options.StepsPerEpoch.Should().Be(run.Json.GetProperty("batches_per_epoch").GetInt32());
        options.LearningRate = run.Config("lr").GetDouble();
        options.Beta1 = run.Config("betas")[0].GetDouble();
        options.Beta2 = run.Config("betas")[1].GetDouble();
        options.UnitNormInterval = run.Config("steps").GetInt32();
        options.SparsityCoefficient = run.Config("model").GetString() is "JumpReLU" or "Crosscoder" ? run.Config("lamda").GetDouble() : null;
        options.ReportInterval = 1;
        return options;
    }

    private static void Check(IReadOnlyList<double> losses, IReadOnlyList<double> expected, int steps, double tolerance)
    {
        for (var step = 0; step < steps; step++)
            losses[step].Should().BeApproximately(expected[step], tolerance, $"the loss of step {step}");
    }

    private static void CheckRouting(ReferenceRun run, RoutingStatistics routing)
    {
        var expected = run.Numbers("accumulated_layer_weights");
        routing.Tokens.Should().Be((long)expected.Sum());
        foreach (var (actual, reference) in routing.LayerWeightSums.Zip(expected))
            actual.Should().BeApproximately(reference, 0.1 * reference);
    }

    // The reference itself ends 3 % of its way from where the run without noise ends, its router 10 %.
    private static void CheckDistances(ReferenceRun run, AutoencoderModel model)
    {
        foreach (var parameter in model.Parameters)
        {
            var (initial, final) = (run.Tensors[$"init.{parameter.Name}"], run.Tensors[$"final.{parameter.Name}"]);
            var way = (final - initial).norm().item<float>();
            (parameter.ToStored(parameter.Value) - final).norm().to(ScalarType.Float32).item<float>()
                .Should().BeLessThan(way * (parameter.Name == "router.weight" ? 0.4f : 0.1f), parameter.Name);
        }
    }
}
