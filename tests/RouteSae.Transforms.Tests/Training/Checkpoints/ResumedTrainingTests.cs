using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using TorchSharp;
using Xunit;

namespace RouteSae.Tests.Training.Checkpoints;

/// <summary>A training that was stopped and resumed is, to the last bit, the one that was not.</summary>
public sealed class ResumedTrainingTests : IDisposable
{
    private const int Steps = 30;
    private const int Tokens = 32;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly int[] HiddenStates = [2, 3, 4];

    private static readonly RouteSaeArchitecture Routed = new() { HiddenSize = 16, RoutedHiddenStates = HiddenStates, Latents = 64, ActiveLatents = 4 };

    private static readonly TopKArchitecture TopK = Routed.Autoencoder;

    private static readonly AutoencoderArchitecture Dense = new() { HiddenSize = 16, Latents = 64 };

    private static readonly Dictionary<string, Func<AutoencoderModel>> Models = new()
    {
        ["hard"] = () => RouteSaeModel.Create(Routed, seed: 1),
        ["soft"] = () => RouteSaeModel.Create(Routed with { Mode = RoutingMode.Soft }, seed: 1),
        ["two layers"] = () => RouteSaeModel.Create(Routed with { Mode = RoutingMode.TopTwo }, seed: 1),
        ["straight through"] = () => RouteSaeModel.Create(Routed with { Target = RouterTarget.StraightThrough, Scaling = HiddenStateScaling.PerLayer }, seed: 1),
        ["hard, autograd"] = () => OnPath(ComputePath.TorchOperations, RouteSaeModel.Create(Routed, seed: 1)),
        ["hard, float32 kernels"] = () => OnPath(ComputePath.Float32Kernels, RouteSaeModel.Create(Routed, seed: 1)),
        ["hard, reference"] = () => RouteSaeModel.Create(Routed with { Fidelity = Fidelity.Reference }, seed: 1),
        ["TopK"] = () => new SingleLayerModel(TopKAutoencoder.Create(TopK, seed: 1), 3),
        ["MLSAE"] = () => new MultiLayerModel(TopKAutoencoder.Create(TopK, seed: 1), HiddenStates),
        ["MLSAE, reference"] = () => new MultiLayerModel(TopKAutoencoder.Create(TopK with { Fidelity = Fidelity.Reference }, seed: 1), HiddenStates),
        ["random"] = () => new RandomLayerModel(TopKAutoencoder.Create(TopK, seed: 1), HiddenStates, seed: 7),
        ["ReLU"] = () => new SingleLayerModel(ReluAutoencoder.Create(Dense, seed: 1), 3),
        ["gated"] = () => new SingleLayerModel(GatedAutoencoder.Create(Dense, seed: 1), 3),
        ["gated, reference"] = () => new SingleLayerModel(GatedAutoencoder.Create(Dense with { Fidelity = Fidelity.Reference }, seed: 1), 3),
        ["JumpReLU"] = () => new SingleLayerModel(JumpReluAutoencoder.Create(new() { HiddenSize = 16, Latents = 64, Bandwidth = 0.1 }, seed: 1), 3),
        ["crosscoder"] = () => CrosscoderModel.Create(new() { HiddenSize = 16, Latents = 64, HiddenStates = HiddenStates }, seed: 1),
    };

    public static TheoryData<string> Names { get; } = [.. Models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void StoppedAnywhereItEndsTheSame(string name)
    {
        var whole = Run(name, "whole");
        var random = new Random(name.Length + name[0]);

        for (var round = 0; round < 2; round++)
        {
            var folder = $"stopped-{round}";
            var stops = Enumerable.Range(0, 3).Select(_ => random.Next(Steps)).Order().ToArray();
            foreach (var stop in stops)
                Run(name, folder, stop).Should().BeNull();
            var resumed = Run(name, folder);

            var because = $"it was stopped at {string.Join(", ", stops)}";
            CheckpointFiles.ShouldBeIdentical(CheckpointFiles.Newest(_folder.File(folder)), CheckpointFiles.Newest(_folder.File("whole")), because);
            resumed!.Model.Should().Equal(whole!.Model, because);
            resumed.Report.Should().BeEquivalentTo(whole.Report, options => options.Excluding(report => report.Duration).Excluding(report => report.Last!.TokensPerSecond), because);
        }
    }

    [Fact]
    public void DeadLatentsTakePartInTheseTrainings()
    {
        using var model = Models["hard"]();
        using var trainer = new AutoencoderTrainer(model, Options("hard"));

        var report = trainer.Train(new StepSource(Steps, Tokens));

        report.Last!.DeadLatents.Should().BeInRange(1, 63, "AuxK is to be resumed as well");
    }

    [Fact]
    public void ProgressGoesOnWhereItStopped()
    {
        var whole = new List<TrainingProgress>();
        Run("hard", "whole", progress: whole);
        var stopped = new List<TrainingProgress>();
        Run("hard", "stopped", cancelAt: 13, stopped);
        Run("hard", "stopped", progress: stopped);

        stopped.Should().BeEquivalentTo(whole, options => options.Excluding(progress => progress.TokensPerSecond).WithStrictOrdering());
    }

    [Fact]
    public void TheTimeOfAllProcessesCounts()
    {
        var first = new List<TrainingProgress>();
        Run("hard", "time", cancelAt: 20, first);
        var resumed = Run("hard", "time")!.Report;

        resumed.Duration.TotalSeconds.Should().BeGreaterThan(first[^1].Tokens / first[^1].TokensPerSecond);
    }

    [Fact]
    public void AFinishedTrainingIsNotTrainedFurther()
    {
        var first = Run("hard", "finished")!;
        var again = Run("hard", "finished", cancelAt: 0); // the source must not be asked

        again!.Model.Should().Equal(first.Model);
        again.Report.Should().BeEquivalentTo(first.Report, options => options.Excluding(report => report.Duration).Excluding(report => report.Last!.TokensPerSecond));
    }

    [Fact]
    public void AnEarlyEndIsResumedAsOne()
    {
        using var model = Models["hard"]();
        using var trainer = new AutoencoderTrainer(model, Options("hard"));
        var report = trainer.Train(new StepSource(7, Tokens), Checkpoints("short"));
        report.EndedEarly.Should().BeTrue();

        using var sameModel = Models["hard"]();
        using var again = new AutoencoderTrainer(sameModel, Options("hard"));
        again.Train(new StepSource(7, Tokens), Checkpoints("short")).Steps.Should().Be(7);
    }

    [Fact]
    public void ASweepGoesOnWithAllItsAutoencoders()
    {
        var whole = Sweep("whole");
        foreach (var stop in new[] { 4, 11, 26 })
            Sweep("stopped", stop).Should().BeNull();
        var resumed = Sweep("stopped");

        CheckpointFiles.ShouldBeIdentical(CheckpointFiles.Newest(_folder.File("stopped")), CheckpointFiles.Newest(_folder.File("whole")), "it was stopped three times");
        resumed.Should().BeEquivalentTo(whole, options => options.Excluding(result => result.Path.EndsWith("Duration")).Excluding(result => result.Path.EndsWith("TokensPerSecond")));
    }

    [Fact]
    public void ARouteThatFailedStaysGivenUp()
    {
        using var model = Models["TopK"]();
        using var other = Models["hard"]();
        var options = Options("TopK");
        options.CenterPreBias = false; // it would mend b_pre
        using var trainer = new AutoencoderTrainer(model, options);
        using var otherTrainer = new AutoencoderTrainer(other, Options("hard"));
        using (torch.no_grad())
            model.Parameters[0].Value.fill_(float.NaN);
        var sweep = new TrainingSweep([new("broken", trainer), new("whole", otherTrainer)]);
        sweep.Invoking(s => s.Train(new StepSource(Steps, Tokens) { CancelAt = 5 }, Checkpoints("sweep"))).Should().Throw<OperationCanceledException>();

        var results = sweep.Train(new StepSource(Steps, Tokens), Checkpoints("sweep"));

        results[0].Failure!.Message.Should().NotBeEmpty();
        results[0].Report.Steps.Should().BeLessThan(Steps);
        results[1].Failure.Should().BeNull();
        results[1].Report.Steps.Should().Be(Steps);
    }

    private static AutoencoderTrainerOptions Options(string name) => new()
    {
        BatchTokens = Tokens,
        TotalTokens = Steps * Tokens,
        LearningRate = 3e-3,
        DeadAfterTokens = 100,
        ReportInterval = 4,
        SparsityCoefficient = name is "gated, reference" or "crosscoder" ? 0.05 : null,
        TargetActiveLatents = name is "ReLU" or "gated" or "JumpReLU" ? 5 : null,
    };

    private CheckpointOptions Checkpoints(string folder) => new() { Folder = _folder.File(folder), StepInterval = 9 };

    // Null when the training was cancelled.
    private Result? Run(string name, string folder, int? cancelAt = null, List<TrainingProgress>? progress = null)
    {
        using var model = Models[name]();
        using var trainer = new AutoencoderTrainer(model, Options(name));
        if (Directory.Exists(_folder.File(folder)))
            Spoil(model);
        try
        {
            var report = trainer.Train(
                new StepSource(Steps, Tokens) { CancelAt = cancelAt }, Checkpoints(folder), new Reports(value => progress?.Add(value)));
            return new Result(report, Bits(model));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private IReadOnlyList<SweepResult>? Sweep(string folder, int? cancelAt = null)
    {
        var names = new[] { "hard", "TopK", "JumpReLU", "random" };
        var models = names.Select(name => Models[name]()).ToArray();
        var trainers = names.Zip(models, (name, model) => new AutoencoderTrainer(model, Options(name))).ToArray();
        if (Directory.Exists(_folder.File(folder)))
            Array.ForEach(models, Spoil);
        try
        {
            var sweep = new TrainingSweep([.. names.Zip(trainers, (name, trainer) => new SweepRoute(name, trainer))]);
            return sweep.Train(new StepSource(Steps, Tokens) { CancelAt = cancelAt }, Checkpoints(folder));
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            foreach (IDisposable owner in trainers.Concat<IDisposable>(models))
                owner.Dispose();
        }
    }

    // All values are to come from the checkpoint.
    private static void Spoil(AutoencoderModel model)
    {
        using var noGradient = torch.no_grad();
        foreach (var parameter in model.Parameters)
            parameter.Value.fill_(0.5);
    }

    private static RouteSaeModel OnPath(ComputePath path, RouteSaeModel model)
    {
        model.Path = path;
        return model;
    }

    private static string[] Bits(AutoencoderModel model) =>
        [.. model.Parameters.Select(parameter => $"{parameter.Name} {Convert.ToHexString(parameter.Value.detach().bytes)}")];

    private sealed record Result(TrainingReport Report, string[] Model);
}
