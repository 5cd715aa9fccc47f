using System.CommandLine;
using System.Runtime.InteropServices;

namespace RouteSae.Cli;

/// <summary>The routesae tool: its commands, and what becomes of their errors.</summary>
internal static class Tool
{
    /// <summary>The work failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongArguments = 2;

    /// <summary>The work was stopped by Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>The work was stopped by a signal to terminate.</summary>
    public const int Terminated = 143;

    /// <summary>
    /// How long a command may take to stop by itself after a signal; then the process ends, whatever it is doing. Files are written whole or
    /// not at all, and temporary ones are deleted at the exit.
    /// </summary>
    private static readonly TimeSpan s_timeToStop = TimeSpan.FromSeconds(1);

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="output">Results.</param>
    /// <param name="error">Messages and progress.</param>
    /// <returns>0, <see cref="Failed"/>, <see cref="WrongArguments"/>, <see cref="Interrupted"/> or <see cref="Terminated"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Reads Hugging Face language models for RouteSAE.")
        {
            ActivationsCommand.Create(output, error),
            GenerateCommand.Create(output, error),
            TokenizeCommand.Create(output, error),
            DownloadCommand.Create(output, error),
        };
        var parsed = root.Parse(arguments);
        using var stop = new StopSignals(s_timeToStop);
        try
        {
            var exit = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
            return parsed.Errors.Count > 0 ? WrongArguments : exit;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("routesae: stopped.");
            return stop.ExitCode ?? Failed;
        }
        catch (Exception e) when (IsExpected(e))
        {
            error.WriteLine($"routesae: {e.Message}");
            return Failed;
        }
    }

    /// <summary>Errors whose message tells the user what to do; anything else is a fault of ours and keeps its stack trace.</summary>
    private static bool IsExpected(Exception e) =>
        e is IOException or FormatException or InvalidDataException or ArgumentException or InvalidOperationException or UnauthorizedAccessException
            or NotSupportedException or DllNotFoundException or ExternalException; // the last one is libtorch's, such as too little memory
}
