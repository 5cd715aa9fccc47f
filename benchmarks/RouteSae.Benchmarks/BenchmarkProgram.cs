using System.Globalization;
using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.Parts;
using RouteSae.Benchmarks.Reporting;
using RouteSae.Files;
using RouteSae.Native;

namespace RouteSae.Benchmarks;

/// <summary>The program: reads the command line, runs the parts, prints their tables and writes them to a file.</summary>
internal static class BenchmarkProgram
{
    private static readonly IPart[] s_parts =
    [
        new RoutePart(), new EncodePart(), new InferencePart(), new DecodePart(), new TrainPart(), new LanguageModelPart(), new EnginePart(), new FeaturisePart(), new CheckpointPart(),
        new TokenizePart(),
    ];

    /// <returns>0, 1 when something could not be run or written, 2 when the command line is wrong.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter error)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        try
        {
            Run(BenchmarkOptions.Parse(arguments, [.. s_parts.Select(part => part.Name)]), output);
            return 0;
        }
        catch (ArgumentException e)
        {
            error.WriteLine(e.Message);
            return 2;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DllNotFoundException or BundleFormatException)
        {
            error.WriteLine(e.Message);
            return 1;
        }
    }

    private static void Run(BenchmarkOptions options, TextWriter output)
    {
        if (options.Help)
        {
            output.WriteLine(BenchmarkOptions.Usage);
            return;
        }

        TorchRuntime.EnsureLoaded();
        var report = new BenchmarkReport(output);
        report.Add(MachineFacts.Read().ToMarkdown());
        report.Add(Ceilings.Measure().ToMarkdown());
        foreach (var part in s_parts.Where(part => options.Part is null ? !part.OnlyByName : part.Name == options.Part))
            part.Run(options, report);
        if (options.Output is { } path)
            AtomicFile.WriteText(path, report.ToMarkdown());
    }
}
