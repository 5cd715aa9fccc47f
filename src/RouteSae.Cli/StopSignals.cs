using System.Runtime.InteropServices;

namespace RouteSae.Cli;

/// <summary>Ctrl-C and the signal to terminate: the work is asked to stop, and after a while the process ends, whatever it is doing.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _patience;
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="patience">How long the work may take to stop by itself.</param>
    public StopSignals(TimeSpan patience)
    {
        _patience = patience;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Tool.Interrupted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Tool.Terminated)),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What the process ends with because of the signal; null before one came.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        context.Cancel = true;
        ExitCode = exitCode;
        _ = _stop.CancelAsync();
        _ = EndAsync(exitCode);
    }

    private async Task EndAsync(int exitCode)
    {
        await Task.Delay(_patience).ConfigureAwait(false);
        Environment.Exit(exitCode);
    }
}
