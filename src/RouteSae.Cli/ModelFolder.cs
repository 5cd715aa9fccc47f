using RouteSae.Storage.Hub;
using Spectre.Console;

namespace RouteSae.Cli;

/// <summary>The folder of a model that the command line names; one of the hub is downloaded, with a bar for each file.</summary>
internal static class ModelFolder
{
    public static Task<string> ResolveAsync(string model, TextWriter error, CancellationToken cancellation)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        var progress = console.Progress().Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn());
        var options = new HubOptions { Warnings = new Reporter<string>(warning => error.WriteLine($"routesae: {warning}")) };
        return progress.StartAsync(context =>
        {
            var bars = new Dictionary<string, ProgressTask>(StringComparer.Ordinal);
            return ModelHub.ResolveAsync(model, options, new Reporter<HubProgress>(Report), cancellation);

            void Report(HubProgress file)
            {
                lock (bars)
                {
                    if (!bars.TryGetValue(file.File, out var bar))
                        bars[file.File] = bar = context.AddTask(Markup.Escape(file.File), maxValue: file.TotalBytes);
                    bar.Value = file.Bytes;
                }
            }
        });
    }

    /// <summary>Reports at once, where Progress would do so later and in any order.</summary>
    private sealed class Reporter<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
