using System.Diagnostics;
using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Training.Checkpoints;

/// <summary>A real process is killed (SIGKILL, which it cannot notice) while it trains, several times, and ends with what it would have had anyway.</summary>
public sealed class KilledTrainingTests : IDisposable
{
    private const int Kills = 5;
    private const int KilledBySignal9 = 128 + 9;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(7);

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void ATrainingThatIsKilledAtAnyMomentEndsTheSame()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Exit codes of killed processes are Linux's.");
        Finish("whole").Should().Be(1, "it begins at the beginning");

        var firstSteps = Enumerable.Range(0, Kills).Select(_ => Killed()).ToArray();
        firstSteps.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems().And.StartWith(1);
        Finish("killed").Should().BeGreaterThan(firstSteps[^1], "it was resumed");

        var because = $"it was killed {Kills} times and began at the steps {string.Join(", ", firstSteps)}";
        CheckpointFiles.ShouldBeIdentical(CheckpointFiles.Newest(Checkpoints("killed")), CheckpointFiles.Newest(Checkpoints("whole")), because);
        foreach (var model in new[] { "routed.safetensors", "jump.safetensors" })
            File.ReadAllBytes(_folder.File("killed-models", model)).Should().Equal(File.ReadAllBytes(_folder.File("whole-models", model)), because);
    }

    // Trains for a few steps, and is killed during one of them or while a checkpoint is written.
    private int Killed()
    {
        using var process = Start("killed");
        var first = NextStep(process) ?? throw new InvalidOperationException("It ended before it was killed.");
        for (var left = 3 + _random.Next(8); left > 0; left--)
            NextStep(process).Should().NotBeNull();
        Thread.SpinWait(_random.Next(1_000_000)); // somewhere within the step that has begun
        process.Kill();
        process.WaitForExit();
        process.ExitCode.Should().Be(KilledBySignal9);
        return first;
    }

    private int Finish(string name)
    {
        using var process = Start(name);
        var first = NextStep(process) ?? throw new InvalidOperationException("It ended at once.");
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
        output.Should().Contain("done: 120 steps").And.NotContain("damaged");
        return first;
    }

    private static int? NextStep(Process process)
    {
        var line = process.StandardOutput.ReadLine();
        return line is null ? null : int.Parse(line.Should().StartWith("step ").And.Subject[5..]);
    }

    private Process Start(string name)
    {
        const string program = "RouteSae.TrainingProbe";
        var output = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)); // bin/<configuration>/<framework>
        var assembly = Path.Combine(RepositoryFiles.Root, "tests", program, "bin", output.Parent!.Name, output.Name, program + ".dll");
        var start = new ProcessStartInfo(
            "dotnet", [assembly, RepositoryFiles.Golden("lm", "llama_gqa_untied"), Checkpoints(name), _folder.File($"{name}-models")]) { RedirectStandardOutput = true };
        return Process.Start(start)!;
    }

    private string Checkpoints(string name) => _folder.File($"{name}-checkpoints");
}
