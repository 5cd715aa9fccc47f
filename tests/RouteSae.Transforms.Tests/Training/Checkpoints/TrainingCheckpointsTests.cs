using FluentAssertions;
using RouteSae.Tensors;
using RouteSae.Training.Checkpoints;
using Xunit;

namespace RouteSae.Tests.Training.Checkpoints;

public sealed class TrainingCheckpointsTests : IDisposable, IProgress<string>
{
    private static readonly Dictionary<string, string> Settings = new() { ["LearningRate"] = "0.1", ["Latents"] = "64" };

    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    void IProgress<string>.Report(string value) => _warnings.Add(value);

    [Fact]
    public void AFolderThatIsNotThereIsMadeAndHoldsNothing()
    {
        using var checkpoints = new TrainingCheckpoints(_folder.File("new", "folder"));

        checkpoints.ReadNewest(Settings).Should().BeNull();
    }

    [Fact]
    public void TheLastTwoAreKeptAndTheNewestIsRead()
    {
        using var checkpoints = Open();
        foreach (var step in new[] { 5, 10, 90, 100, 1000 })
            Write(checkpoints, step);

        Steps().Should().Equal(100, 1000);
        Newest(checkpoints).Should().Be(1000);
        _warnings.Should().BeEmpty();
    }

    [Fact]
    public void ADamagedCheckpointIsNamedAndThePreviousOneIsUsed()
    {
        using var checkpoints = Open();
        Write(checkpoints, 10);
        Write(checkpoints, 20);
        Damage(20);

        Newest(checkpoints).Should().Be(10);

        _warnings.Should().Equal(
            $"{File(20)}: its checksum does not fit: the file is damaged. The training goes on from {File(10)} instead.");
    }

    [Fact]
    public void ADamagedCheckpointNeverPushesOutAGoodOne()
    {
        using var checkpoints = Open();
        Write(checkpoints, 10);
        Write(checkpoints, 20);
        Damage(20);
        Newest(checkpoints);

        Write(checkpoints, 15);

        Steps().Should().Equal(10, 15);
        Write(checkpoints, 20);
        Steps().Should().Equal(15, 20);
        Newest(checkpoints).Should().Be(20);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100)]
    public void ATruncatedCheckpointIsDamaged(int length)
    {
        using var checkpoints = Open();
        Write(checkpoints, 10);
        Write(checkpoints, 20);
        using (var file = System.IO.File.OpenWrite(File(20)))
            file.SetLength(length);

        Newest(checkpoints).Should().Be(10);

        _warnings.Should().ContainSingle().Which.Should().Match($"{File(20)}: *truncated*{File(10)} instead.");
    }

    [Fact]
    public void WhenAllAreDamagedNothingIsBegunAnewInSilence()
    {
        using var checkpoints = Open();
        Write(checkpoints, 10);
        Write(checkpoints, 20);
        Damage(10);
        Damage(20);

        checkpoints.Invoking(c => c.ReadNewest(Settings)).Should().Throw<SafetensorsFormatException>().WithMessage(
            $"No checkpoint in '{_folder.Path}' can be used. {File(20)}: its checksum does not fit: the file is damaged. "
            + $"{File(10)}: its checksum does not fit: the file is damaged. Delete them, or choose another folder, to begin anew.");
        Steps().Should().Equal(10, 20);
    }

    [Fact]
    public void AMissingNewestCheckpointLeavesTheOneBefore()
    {
        using var checkpoints = Open();
        Write(checkpoints, 10);
        Write(checkpoints, 20);
        System.IO.File.Delete(File(20));

        Newest(checkpoints).Should().Be(10);
    }

    [Fact]
    public void WhatAnInterruptedWriterLeavesIsRemovedAndOtherFilesStay()
    {
        using (var first = Open())
        {
            Write(first, 10);
            Write(first, 20);
        }
        // Killed while it wrote; killed after it had written 30, before it removed 10.
        System.IO.File.WriteAllText($"{File(40)}.{Guid.NewGuid():N}.tmp", "half");
        System.IO.File.Copy(File(20), File(30));
        System.IO.File.WriteAllText(_folder.File("notes.txt"), "mine");

        using var checkpoints = Open();
        checkpoints.ReadNewest(Settings)!.Dispose();
        Write(checkpoints, 40);

        Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Should().BeEquivalentTo(
            "step-000000000030.safetensors", "step-000000000040.safetensors", "training.lock", "notes.txt");
    }

    [Fact]
    public void AFailedWriteLeavesTheOlderOnes()
    {
        using var checkpoints = Open();
        Write(checkpoints, 10);
        Write(checkpoints, 20);
        Directory.CreateDirectory(File(30)); // so that the renaming fails

        checkpoints.Invoking(c => Write(c, 30)).Should().Throw<Exception>();

        Newest(checkpoints).Should().Be(20);
        Steps().Should().Equal(10, 20);
        Directory.GetFiles(_folder.Path, "*.tmp").Should().BeEmpty();
    }

    [Fact]
    public void OtherSettingsAreListed()
    {
        using var checkpoints = Open();
        Write(checkpoints, 10);

        var read = () => checkpoints.ReadNewest(new Dictionary<string, string> { ["LearningRate"] = "0.2", ["Latents"] = "64", ["Seed"] = "1" });

        read.Should().Throw<TrainingMismatchException>().WithMessage(
            $"""
            The training in '{_folder.Path}' cannot go on:
            - LearningRate is 0.2, but the checkpoint's is 0.1.
            - Seed is 1, but the checkpoint's is not set.
            Go on with what it began with, or train into another folder.
            """.ReplaceLineEndings());
    }

    [Fact]
    public void TwoTrainingsCannotShareAFolder()
    {
        using (Open())
        {
            FluentActions.Invoking(Open).Should().Throw<IOException>()
                .WithMessage($"'{_folder.Path}' is in use: another process trains there. Wait for it, or choose another folder. (*");
        }
        FluentActions.Invoking(() => Open().Dispose()).Should().NotThrow();
    }

    private TrainingCheckpoints Open() => new(_folder.Path, this);

    private string File(int step) => _folder.File($"step-{step:D12}.safetensors");

    private int[] Steps() =>
        [.. Directory.GetFiles(_folder.Path, "step-*").Select(file => int.Parse(Path.GetFileName(file)[5..17])).Order()];

    private static void Write(TrainingCheckpoints checkpoints, int step)
    {
        using var state = new TrainingState();
        state.Set("step", step);
        checkpoints.Write(step, state, Settings);
    }

    private static int Newest(TrainingCheckpoints checkpoints)
    {
        using var state = checkpoints.ReadNewest(Settings);
        return state!.Value<int>("step");
    }

    private void Damage(int step)
    {
        var bytes = System.IO.File.ReadAllBytes(File(step));
        bytes[^5] ^= 1;
        System.IO.File.WriteAllBytes(File(step), bytes);
    }
}
