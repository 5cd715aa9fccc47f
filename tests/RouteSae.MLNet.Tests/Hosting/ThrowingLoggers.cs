using Microsoft.Extensions.Logging;

namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>Logging as it is on a full disk.</summary>
internal sealed class ThrowingLoggers : ILoggerProvider, ILogger
{
    public int Calls { get; private set; }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Calls++;
        throw new IOException("The disk is full.");
    }

    public void Dispose()
    {
    }
}
