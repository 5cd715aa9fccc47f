using System.Diagnostics;
using System.Globalization;
using RouteSae.Files;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Computes what is not computed yet, and reports.</summary>
internal static class ClassificationProgram
{
    private const int WrongArguments = 2;

    public static int Run(string[] arguments)
    {
        using var cancellation = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; cancellation.Cancel(); };
        try
        {
            var options = ClassificationOptions.Parse(arguments);
            if (options.Help)
                Console.WriteLine(ClassificationOptions.Usage);
            else
                Compare(options, cancellation.Token);
            return 0;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or InvalidDataException or InvalidOperationException or BundleFormatException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return exception is ArgumentException ? WrongArguments : 1;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped. Run it again to go on.");
            return 1;
        }
    }

    private static void Compare(ClassificationOptions options, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var sets = DataFolder.Read(options.Data, options.Sets);
        using var model = BenchmarkedModel.Load(options.Model);
        var results = sets.Select(set => new SetResults(set, new SetRun(options, model, set, Log, cancellationToken).Run())).Where(set => set.Rows.Count > 0).ToArray();
        if (options.Json is { } json)
            JsonResults.Write(json, results);
        var report = new ClassificationReport(results).Markdown() + (options.Speed ? SpeedMeasurement.Markdown(sets, options.Model) : "");
        if (options.Report is { } path)
            AtomicFile.WriteText(path, report);
        else
            Console.WriteLine(report);
        Log(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalMinutes:F1} minutes, {Environment.ProcessorCount} processors, peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:F0} MB"));
    }

    private static void Log(string line) => Console.Error.WriteLine(line);
}
