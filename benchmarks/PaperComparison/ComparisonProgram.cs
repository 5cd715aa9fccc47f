using System.Diagnostics;
using System.Globalization;
using RouteSae.Files;
using RouteSae.LanguageModels;

namespace RouteSae.PaperComparison;

/// <summary>Trains what is not trained yet, measures what is not measured yet, and reports.</summary>
internal static class ComparisonProgram
{
    private const int WrongArguments = 2;

    public static int Run(string[] arguments)
    {
        using var cancellationToken = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; cancellationToken.Cancel(); };
        try
        {
            var options = ComparisonOptions.Parse(arguments);
            if (options.Help)
                Console.WriteLine(ComparisonOptions.Usage);
            else
                Compare(options, cancellationToken.Token);
            return 0;
        }
        catch (Exception exception) when (exception is ArgumentException or FileNotFoundException or InvalidDataException or InvalidOperationException)
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

    private static void Compare(ComparisonOptions options, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        var work = new WorkFolder(options);
        // In bfloat16, as the embedded RouteSAE was trained; it is twice as fast.
        using var language = ComparedLanguageModel.Load(options.Model, Precision.BFloat16);
        Train(language, options, work, cancellationToken);
        var results = Measure(language, options, work, cancellationToken);
        var report = new ComparisonReport(results).Markdown();
        Console.WriteLine(report);
        Log(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalMinutes:F1} minutes, {Environment.ProcessorCount} processors"));
        if (options.Output is { } output)
            Write(output, report, results, language.Model.Config.DefaultRoutedHiddenStates);
    }

    private static void Train(ComparedLanguageModel language, ComparisonOptions options, WorkFolder work, CancellationToken cancellationToken)
    {
        foreach (var seed in Enumerable.Range(1, options.Seeds))
        {
            var missing = Candidates(language, options).Where(candidate => !File.Exists(work.Model(candidate, seed))).ToArray();
            if (missing.Length > 0)
                new Training(language, options, work, Log).Run(missing, seed, cancellationToken);
        }
    }

    private static IReadOnlyList<RunResult> Measure(ComparedLanguageModel language, ComparisonOptions options, WorkFolder work, CancellationToken cancellationToken)
    {
        var candidates = Candidates(language, options);
        var evaluation = new Evaluation(language, options, Log);
        foreach (var seed in Enumerable.Range(1, options.Seeds))
        {
            var missing = candidates.Where(candidate => ResultFile.Read(work.Result(candidate, seed)) is null).ToArray();
            foreach (var (candidate, result) in missing.Zip(evaluation.Run(missing, seed, candidate => work.Model(candidate, seed), cancellationToken)))
                ResultFile.Write(work.Result(candidate, seed), result);
        }
        return [.. candidates.SelectMany(candidate => Enumerable.Range(1, options.Seeds).Select(seed => ResultFile.Read(work.Result(candidate, seed))!))];
    }

    private static IReadOnlyList<Candidate> Candidates(ComparedLanguageModel language, ComparisonOptions options)
    {
        var architectures = new Architectures(language.Model.Config, options.Latents);
        return [.. options.Active.SelectMany(active => options switch
        {
            { Router: true } => RouterVariants.All(architectures, active),
            { Fidelity: true } => architectures.ByBothRules(active),
            { Data: true } => DataVariants.All(architectures, active),
            _ => architectures.All(active),
        })];
    }

    private static void Write(string output, string report, IReadOnlyList<RunResult> results, IReadOnlyList<int> hiddenStates)
    {
        AtomicFile.Write(output, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(report)));
        var routed = results.Where(result => result.RoutingShare is not null).ToArray();
        if (routed.Length == 0)
            return;
        var picture = RoutingPicture.Svg(routed, hiddenStates);
        AtomicFile.Write(Path.ChangeExtension(output, ".svg"), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(picture)));
    }

    private static void Log(string line) => Console.Error.WriteLine(line);
}
