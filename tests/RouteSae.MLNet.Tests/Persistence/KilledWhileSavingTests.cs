using System.Diagnostics;
using FluentAssertions;
using Microsoft.ML;
using RouteSae.Bundles;

namespace RouteSae.MLNet.Tests.Persistence;

/// <summary>A process that saves two things in turn to one place is killed (SIGKILL) at seeded moments; then one of the two is there, whole.</summary>
public sealed class KilledWhileSavingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void A_model_is_the_old_one_or_the_new_one()
    {
        // Any model will do, and one without a network needs no libtorch in the process that is killed.
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 500).Select(row => new { Text = string.Join(' ', Enumerable.Range(row * 20, 20).Select(word => $"word{word}")) }));
        var features = _ml.Transforms.Text.FeaturizeText("Features", "Text").Fit(data);
        _ml.Model.SaveAtomically(features, data.Schema, _folder.File("a.zip"));
        _ml.Model.SaveAtomically(features.Append(_ml.Transforms.CopyColumns("Copy", "Features").Fit(features.Transform(data))), data.Schema, _folder.File("b.zip"));

        Kill(30, seed: 12, "zip", _folder.File("a.zip"), _folder.File("b.zip"), _folder.File("out", "model.zip"), () =>
            _ml.Model.Load(_folder.File("out", "model.zip"), out var schema).GetOutputSchema(schema).Select(column => column.Name).Should().Contain("Features"));

        _ml.Model.SaveAtomically(_ml.Model.Load(_folder.File("a.zip"), out var input), input, _folder.File("out", "model.zip"));
        Directory.GetFileSystemEntries(_folder.File("out")).Should().Equal(_folder.File("out", "model.zip"));
    }

    [SkippableFact]
    public void A_bundle_is_the_old_one_or_the_new_one()
    {
        SmallBundle.Build().Save(_folder.File("a"));
        SmallBundle.Build(specialTokens: new RouteSae.Tokens.SpecialTokenPolicy { Pool = true }).Save(_folder.File("b"));

        Kill(15, seed: 13, "bundle", _folder.File("a"), _folder.File("b"), _folder.File("out", "bundle"), () =>
            FeatureBundle.Open(_folder.File("out", "bundle"))); // which compares every file with its hash

        FeatureBundle.Open(_folder.File("a")).Save(_folder.File("out", "bundle"));
        Directory.GetFileSystemEntries(_folder.File("out")).Should().Equal(_folder.File("out", "bundle"));
    }

    [SkippableFact]
    public void A_file_is_the_old_one_or_the_new_one()
    {
        File.WriteAllText(_folder.File("a"), new string('a', 3_000_000));
        File.WriteAllText(_folder.File("b"), new string('b', 2_000_000));

        Kill(15, seed: 14, "file", _folder.File("a"), _folder.File("b"), _folder.File("out", "file"), () =>
        {
            var text = File.ReadAllText(_folder.File("out", "file"));
            text.Should().Be(new string(text[0], text[0] == 'a' ? 3_000_000 : 2_000_000));
        });

        RouteSae.Files.AtomicFile.WriteText(_folder.File("out", "file"), "last");
        Directory.GetFileSystemEntries(_folder.File("out")).Should().Equal(_folder.File("out", "file"));
    }

    private static void Kill(int times, int seed, string what, string a, string b, string target, Action check)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Exit codes of killed processes are Linux's.");
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var random = new Random(seed);
        for (var kill = 0; kill < times; kill++)
        {
            using var process = Start(what, a, b, target);
            for (var lines = 2 + random.Next(6); lines > 0; lines--)
            {
                var line = process.StandardOutput.ReadLine();
                line.Should().StartWith("save ", "kill {0}: {1}", kill, line is null ? process.StandardError.ReadToEnd() : "");
            }

            Thread.SpinWait(random.Next(1_000_000)); // somewhere within the save that has begun
            process.Kill();
            process.WaitForExit();
            process.ExitCode.Should().Be(128 + 9);
            check();
        }
    }

    private static Process Start(params string[] arguments)
    {
        const string Program = "RouteSae.SaveProbe";
        var output = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)); // bin/<configuration>/<framework>
        var assembly = Path.Combine(RepositoryFiles.Root, "tests", Program, "bin", output.Parent!.Name, output.Name, Program + ".dll");
        return Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
