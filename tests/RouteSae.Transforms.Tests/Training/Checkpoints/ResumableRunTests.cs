using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tensors;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using TorchSharp;
using Xunit;

namespace RouteSae.Tests.Training.Checkpoints;

/// <summary>When checkpoints are written, and which are refused.</summary>
public sealed class ResumableRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly AutoencoderModel _model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 1);

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void StepsDecideWhenTheyAreAskedTo()
    {
        var written = WrittenSteps(new CheckpointOptions { Folder = _folder.Path, StepInterval = 3, TimeInterval = null });

        written.Should().Equal(3, 6, 9, 10);
    }

    [Fact]
    public void TimeDecidesWhenItIsAskedTo()
    {
        var written = WrittenSteps(new CheckpointOptions { Folder = _folder.Path, TimeInterval = TimeSpan.FromTicks(1) });

        written.Should().Equal(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    }

    [Fact]
    public void TheEndIsAlwaysSaved() => WrittenSteps(new CheckpointOptions { Folder = _folder.Path }).Should().Equal(10);

    [Fact]
    public void TheTokenCancelsAndACheckpointIsWritten()
    {
        using var cancellationToken = new CancellationTokenSource();
        using var trainer = new AutoencoderTrainer(_model, Options());

        var train = () => trainer.Train(
            new StepSource(10), new CheckpointOptions { Folder = _folder.Path }, new Reports(progress => Cancel(progress.Step == 4)), cancellationToken.Token);

        train.Should().Throw<OperationCanceledException>();
        Steps().Should().Equal(4);

        void Cancel(bool now)
        {
            if (now)
                cancellationToken.Cancel();
        }
    }

    [Fact]
    public void ADamagedCheckpointIsReportedAndTheOneBeforeIsUsed()
    {
        WrittenSteps(new CheckpointOptions { Folder = _folder.Path, StepInterval = 4 });
        using (var file = new FileStream(File(10), FileMode.Open))
            file.SetLength(1000);
        var warnings = new List<string>();
        using var trainer = new AutoencoderTrainer(_model, Options());
        var progress = new List<int>();

        trainer.Train(new StepSource(10), new CheckpointOptions { Folder = _folder.Path, Warnings = new Texts(warnings) }, new Reports(value => progress.Add(value.Step)));

        warnings.Should().ContainSingle().Which.Should().Match($"{File(10)}: *truncated*The training goes on from {File(8)} instead.");
        progress.Should().Equal(9, 10);
    }

    [Fact]
    public void OtherOptionsModelsAndSourcesAreListedTogether()
    {
        WrittenSteps(new CheckpointOptions { Folder = _folder.Path });
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture with { ActiveLatents = 5, Mode = RoutingMode.Soft }, seed: 2);
        var options = Options();
        options.LearningRate = 0.25;
        options.ReportInterval = 7; // decides nothing
        using var trainer = new AutoencoderTrainer(model, options);

        var train = () => trainer.Train(new StepSource(10, tokens: 16), new CheckpointOptions { Folder = _folder.Path });

        train.Should().Throw<TrainingMismatchException>().WithMessage(
            $"""
            The training in '{_folder.Path}' cannot go on:
            - LearningRate is 0.25, but the checkpoint's is 0.001.
            - Model is *
            - Model.ActiveLatents is 5, but the checkpoint's is 4.
            - Model.Mode is Soft, but the checkpoint's is Hard.
            - Model.Start is *
            - source.Tokens is 16, but the checkpoint's is 32.
            Go on with what it began with, or train into another folder.
            """.ReplaceLineEndings());
        trainer.StepsTaken.Should().Be(0);
        FluentActions.Invoking(() => new TrainingCheckpoints(_folder.Path).Dispose()).Should().NotThrow("the folder is free again");
    }

    [Fact]
    public void AModelThatBeganWithOtherValuesIsNotResumed()
    {
        WrittenSteps(new CheckpointOptions { Folder = _folder.Path });
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 2);
        using var trainer = new AutoencoderTrainer(model, Options());

        var train = () => trainer.Train(new StepSource(10), new CheckpointOptions { Folder = _folder.Path });

        train.Should().Throw<TrainingMismatchException>().WithMessage(
            $"""
            The training in '{_folder.Path}' cannot go on:
            - Model.Start is *, but the checkpoint's is *.
            Go on with what it began with, or train into another folder.
            """.ReplaceLineEndings());
    }

    [Fact]
    public void AnotherAutoencoderIsNotResumed()
    {
        WrittenSteps(new CheckpointOptions { Folder = _folder.Path });
        using var model = new RandomLayerModel(TopKAutoencoder.Create(SyntheticActivations.SmallArchitecture.Autoencoder, seed: 1), [2, 3, 4], seed: 5);
        using var trainer = new AutoencoderTrainer(model, Options());

        var train = () => trainer.Train(new StepSource(10), new CheckpointOptions { Folder = _folder.Path });

        train.Should().Throw<TrainingMismatchException>().WithMessage("*- Model is Random layer, *- Model.Seed is 5, but the checkpoint's is not set.*");
    }

    [Fact]
    public void AllDamagedIsAnErrorAndNotANewBeginning()
    {
        WrittenSteps(new CheckpointOptions { Folder = _folder.Path, StepInterval = 4 });
        foreach (var file in Directory.GetFiles(_folder.Path, "step-*"))
            System.IO.File.WriteAllBytes(file, []);
        using var trainer = new AutoencoderTrainer(_model, Options());

        trainer.Invoking(t => t.Train(new StepSource(10), new CheckpointOptions { Folder = _folder.Path })).Should().Throw<SafetensorsFormatException>()
            .WithMessage($"No checkpoint in '{_folder.Path}' can be used. {File(10)}: *{File(8)}: *");
    }

    [Fact]
    public void ImpossibleOptionsAreListed()
    {
        using var trainer = new AutoencoderTrainer(_model, Options());
        var options = new CheckpointOptions { Folder = "", StepInterval = 0, TimeInterval = TimeSpan.Zero };

        trainer.Invoking(t => t.Train(new StepSource(10), options)).Should().Throw<ArgumentException>().WithMessage(
            """
            The checkpoint options cannot be used:
            - Folder is empty; name the folder of this training's checkpoints.
            - TimeInterval is 00:00:00; it must be above zero, or null.
            - StepInterval is 0; it must be at least 1, or null.
            """.ReplaceLineEndings());
    }

    [Fact]
    public void WithoutCheckpointsTheSourceIsTrainedOnAlone()
    {
        using var trainer = new AutoencoderTrainer(_model, Options());

        trainer.Train(new StepSource(10)).Steps.Should().Be(10);

        Directory.GetFiles(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void SavingLeavesNoTensorBehind()
    {
        using var trainer = new AutoencoderTrainer(_model, Options());
        trainer.Train(new StepSource(10) { CancelAt = null });
        var live = new List<long>();
        using var other = new AutoencoderTrainer(_model, Options());

        other.Train(
            new StepSource(10), new CheckpointOptions { Folder = _folder.Path, StepInterval = 1 },
            new Reports(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount)));

        live[1..^1].Should().AllBeEquivalentTo(live[1]);
    }

    private static AutoencoderTrainerOptions Options() => new() { BatchTokens = 32, TotalTokens = 320, LearningRate = 1e-3, ReportInterval = 1 };

    // The steps whose checkpoints were there when the next step was taken.
    private int[] WrittenSteps(CheckpointOptions options)
    {
        var seen = new SortedSet<int>();
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 1);
        using var trainer = new AutoencoderTrainer(model, Options());
        trainer.Train(new StepSource(10), options, new Reports(_ => seen.UnionWith(Steps())));
        seen.UnionWith(Steps());
        return [.. seen];
    }

    private string File(int step) => _folder.File($"step-{step:D12}.safetensors");

    private IEnumerable<int> Steps() => Directory.GetFiles(_folder.Path, "step-*").Select(file => int.Parse(Path.GetFileName(file)[5..17])).Order();

    private sealed class Texts(List<string> texts) : IProgress<string>
    {
        public void Report(string value) => texts.Add(value);
    }
}
