using RouteSae.Hub;
using Spectre.Console;

namespace RouteSae.Cli;

/// <summary>The folder of a model that the command line names; one of the hub is downloaded, with a bar for each file, or a line where nobody sees a bar.</summary>
internal static class ModelFolder
{
    public static Task<string> ResolveAsync(string model, TextWriter error, CancellationToken cancellationToken, bool tokenizerOnly = false)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        var hasBars = console.Profile.Out.IsTerminal;
        Action<string> write = hasBars ? console.WriteLine : error.WriteLine; // the console moves its bars out of the way, and breaks lines
        var options = new HubOptions { TokenizerOnly = tokenizerOnly, Warnings = new Reporter<string>(warning => write($"routesae: {warning}")) };
        return hasBars
            ? WithBarsAsync(console, progress => ModelHub.ResolveAsync(model, options, progress, cancellationToken))
            : ModelHub.ResolveAsync(model, options, Lines(error), cancellationToken);
    }

    private static Reporter<HubProgress> Lines(TextWriter error)
    {
        var begun = new HashSet<string>(StringComparer.Ordinal);
        return new Reporter<HubProgress>(file =>
        {
            if (begun.Add(file.File))
                error.WriteLine($"routesae: downloading {file.File}, {file.TotalBytes} bytes");
        });
    }

    private static Task<string> WithBarsAsync(IAnsiConsole console, Func<IProgress<HubProgress>, Task<string>> resolve)
    {
        var bars = console.Progress().AutoClear(true).Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn());
        return bars.StartAsync(context =>
        {
            var tasks = new Dictionary<string, ProgressTask>(StringComparer.Ordinal);
            return resolve(new Reporter<HubProgress>(file =>
            {
                if (!tasks.TryGetValue(file.File, out var task))
                    tasks[file.File] = task = context.AddTask(Markup.Escape(file.File), maxValue: file.TotalBytes);
                task.Value = file.Bytes;
            }));
        });
    }

    /// <summary>Reports at once, one at a time, where Progress would do so later and in any order.</summary>
    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        private readonly Lock _gate = new();

        public void Report(T value)
        {
            lock (_gate)
                report(value);
        }
    }
}
