using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>Several autoencoders on one stream of hidden states.</summary>
public sealed class TrainingSweepTests
{
    private const int Width = 16;
    private const int BatchTokens = 64;

    private static readonly TopKArchitecture TopK = new() { HiddenSize = Width, Latents = 48, ActiveLatents = 4 };
    private static readonly AutoencoderArchitecture Sizes = new() { HiddenSize = Width, Latents = 48 };

    [Fact]
    public void EachAutoencoderBecomesWhatItWouldBecomeAlone()
    {
        var together = Models().ToArray();
        var alone = Models().ToArray();
        var trainers = together.Select((model, i) => new SweepRoute($"{i}", new AutoencoderTrainer(model, Options(model)))).ToArray();
        var sweep = new TrainingSweep(trainers);

        sweep.HiddenStates.Should().Equal(1, 2, 3, 4);
        var results = sweep.Train(Batches(30));

        results.Should().OnlyContain(result => result.Failure == null && result.Report.Steps == 30);
        foreach (var (model, expected) in together.Zip(alone))
        {
            using var trainer = new AutoencoderTrainer(expected, Options(expected));
            trainer.Train(Batches(30));
            foreach (var (parameter, other) in model.Parameters.Zip(expected.Parameters))
                parameter.Value.equal(other.Value).all().item<bool>().Should().BeTrue($"{parameter.Name} of {model.Description}");
        }
        foreach (var route in trainers)
            route.Trainer.Dispose();
        foreach (var model in together.Concat(alone))
            model.Dispose();
    }

    [Fact]
    public void OneThatFailsIsGivenUpAndTheOthersGoOn()
    {
        using var good = new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 1), 2);
        using var bad = new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 1), 3);
        using var goodTrainer = new AutoencoderTrainer(good, Options(good));
        using var badTrainer = new AutoencoderTrainer(bad, Options(bad));
        var batches = Batches(30).Select((batch, i) =>
        {
            if (i == 5)
                batch.HiddenStates[2][7, 3] = float.NaN;
            return batch;
        });

        var results = new TrainingSweep([new("good", goodTrainer), new("bad", badTrainer)]).Train(batches);

        results[0].Failure.Should().BeNull();
        results[0].Report.Steps.Should().Be(30);
        results[1].Report.Steps.Should().Be(5);
        results[1].Failure!.Message.Should().StartWith("Batch 6 holds NaN or infinite values in hidden state 3 (real token 7 of the batch is the first).");
    }

    [Fact]
    public void BatchesThatLackAHiddenStateAreRefused()
    {
        using var model = new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 1), 7);
        using var trainer = new AutoencoderTrainer(model, Options(model));

        trainer.Invoking(t => t.Train(Batches(1))).Should().Throw<ArgumentException>()
            .WithMessage("The batch holds the hidden states 1, 2, 3, 4, but the model reads hidden state 7 too. Give the source of activations all hidden states that its models read.");
    }

    [Fact]
    public void RoutesNeedNamesOfTheirOwn()
    {
        using var model = new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 1), 1);
        using var trainer = new AutoencoderTrainer(model, Options(model));

        FluentActions.Invoking(() => new TrainingSweep([new("a", trainer), new("a", trainer)])).Should().Throw<ArgumentException>().WithMessage("*Several routes are called a*");
        FluentActions.Invoking(() => new TrainingSweep([])).Should().Throw<ArgumentException>().WithMessage("*It has no routes*");
    }

    [Fact]
    public void RoutesNeedModelsOfTheirOwn()
    {
        using var model = new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 1), 1);
        using var trainer = new AutoencoderTrainer(model, Options(model));

        FluentActions.Invoking(() => new TrainingSweep([new("a", trainer), new("b", trainer)])).Should().Throw<ArgumentException>().WithMessage("*Several routes train the same model*");
    }

    [Fact]
    public void ASweepGoesOnWithItsRoutesInTheirOrderOnly()
    {
        using var folder = new TemporaryFolder();
        var checkpoints = new CheckpointOptions { Folder = folder.File("checkpoints") };
        Train("a", "b").Should().NotThrow();

        Train("b", "a").Should().Throw<TrainingMismatchException>().WithMessage("*Routes is b, a, but the checkpoint's is a, b.*");

        Action Train(string first, string second) => () =>
        {
            using var modelA = new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 1), 2);
            using var modelB = new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 2), 2);
            using var a = new AutoencoderTrainer(modelA, Options(modelA));
            using var b = new AutoencoderTrainer(modelB, Options(modelB));
            var trainers = new Dictionary<string, AutoencoderTrainer> { ["a"] = a, ["b"] = b };
            using var source = new StepSource(5, BatchTokens);
            new TrainingSweep([new(first, trainers[first]), new(second, trainers[second])]).Train(source, checkpoints);
        };
    }

    [Theory]
    [InlineData("ReLU")]
    [InlineData("Gated")]
    [InlineData("JumpReLU")]
    [InlineData("Crosscoder")]
    public void APenaltyIsTunedToTheWantedNumberOfActiveLatents(string kind)
    {
        using var model = Penalized(kind, seed: 2);
        var options = new AutoencoderTrainerOptions { BatchTokens = BatchTokens, TotalTokens = 800 * BatchTokens, LearningRate = 2e-3, TargetActiveLatents = 6 };
        using var trainer = new AutoencoderTrainer(model, options);

        var report = trainer.Train(Batches(800));

        report.Last!.ActiveLatents.Should().BeInRange(4, 8);
        report.Last.SparsityCoefficient.Should().BePositive();
    }

    [Fact]
    public void PenaltiesThatAreMissingOrSuperfluousAreRefused()
    {
        using var relu = Penalized("ReLU", seed: 1);
        using var topK = new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 1), 1);

        Refused(relu, new()).WithMessage("*SparsityCoefficient is not set: ReLU on hidden state 3 is made sparse by a penalty alone.*");
        Refused(relu, new() { SparsityCoefficient = -1 }).WithMessage("*SparsityCoefficient is -1; it must be 0 or more.*");
        Refused(relu, new() { SparsityCoefficient = 1, TargetActiveLatents = 5 }).WithMessage("*SparsityCoefficient and TargetActiveLatents are both set*");
        Refused(relu, new() { TargetActiveLatents = 49 }).WithMessage("*TargetActiveLatents is 49, but there are only 48 latents.*");
        Refused(topK, new() { SparsityCoefficient = 0.1 }).WithMessage("*but TopK (K = 4) on hidden state 1 has no penalty*");

        static FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refused(AutoencoderModel model, AutoencoderTrainerOptions options) =>
            FluentActions.Invoking(() => new AutoencoderTrainer(model, options)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void ARouterThatHardlyChoosesIsReported()
    {
        var architecture = new RouteSaeArchitecture { HiddenSize = Width, RoutedHiddenStates = [1, 2, 3, 4], Latents = 48, ActiveLatents = 4 };
        using var model = RouteSaeModel.Create(architecture, seed: 1);
        using (no_grad())
        {
            model.Router.Weight.zero_();
            model.Router.Weight[2, 0] = -1; // finds the spike below
        }
        var batches = Batches(10).Select(batch => new HiddenStateBatch(Lifted(batch), indices: batch.Indices));
        using var trainer = new AutoencoderTrainer(model, new AutoencoderTrainerOptions { BatchTokens = BatchTokens, TotalTokens = 10 * BatchTokens, LearningRate = 1e-9 });

        var report = trainer.Train(batches);

        report.RoutingWarning.Should().StartWith("The router sends 100 % of the tokens to hidden state 3: it hardly chooses.");
    }

    // One large negative value at the same place of every token.
    private static Tensor[] Lifted(HiddenStateBatch batch)
    {
        using (batch)
        {
            var tokens = batch.Tokens;
            var spike = zeros(tokens, Width);
            spike.select(1, 0).fill_(1);
            return [.. batch.HiddenStates.Select(hidden => hidden * 0.01 - spike)];
        }
    }

    private static IEnumerable<AutoencoderModel> Models()
    {
        yield return RouteSaeModel.Create(new RouteSaeArchitecture { HiddenSize = Width, RoutedHiddenStates = [2, 3, 4], Latents = 48, ActiveLatents = 4 }, seed: 1);
        yield return new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 2), 1);
        yield return new MultiLayerModel(TopKAutoencoder.Create(TopK, seed: 3), [1, 3]);
        yield return new RandomLayerModel(TopKAutoencoder.Create(TopK, seed: 4), [2, 4], seed: 5);
        yield return Penalized("ReLU", seed: 6);
        yield return Penalized("Crosscoder", seed: 7);
    }

    private static AutoencoderModel Penalized(string kind, int seed) => kind switch
    {
        "ReLU" => new SingleLayerModel(ReluAutoencoder.Create(Sizes, seed), 3),
        "Gated" => new SingleLayerModel(GatedAutoencoder.Create(Sizes, seed), 3),
        "JumpReLU" => new SingleLayerModel(JumpReluAutoencoder.Create(new JumpReluArchitecture { HiddenSize = Width, Latents = 48, Bandwidth = 0.1 }, seed), 3),
        _ => CrosscoderModel.Create(new CrosscoderArchitecture { HiddenSize = Width, Latents = 48, HiddenStates = [1, 2, 3] }, seed),
    };

    private static AutoencoderTrainerOptions Options(AutoencoderModel model) => new()
    {
        BatchTokens = BatchTokens,
        TotalTokens = 30 * BatchTokens,
        SparsityCoefficient = model is CrosscoderModel or FixedLayersModel { Autoencoder: not TopKAutoencoder } ? 0.1 : null,
    };

    /// <summary>Hidden states 1 to 4, each a sparse sum of the same directions, larger from layer to layer.</summary>
    private static IEnumerable<HiddenStateBatch> Batches(int count)
    {
        var generator = new Generator(3);
        var directions = randn(60, Width, generator: generator);
        for (var i = 0; i < count; i++)
        {
            using var scope = NewDisposeScope();
            var states = Enumerable.Range(1, 4).Select(layer =>
            {
                var activations = (rand(BatchTokens, 60, generator: generator) < 0.06).to_type(ScalarType.Float32) * rand(BatchTokens, 60, generator: generator);
                return (activations.mm(directions) + randn(BatchTokens, Width, generator: generator) * 0.05) * layer;
            });
            yield return new HiddenStateBatch([.. states], indices: [1, 2, 3, 4]);
        }
    }
}
