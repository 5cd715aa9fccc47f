using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace RouteSae.ClassificationService.Tests;

/// <summary>The real service in a process of its own, on a free port of the loopback.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private const int Terminate = 15;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(string modelPath, string[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Program(), "--urls", "http://127.0.0.1:0", $"--RouteSae:ModelPath={modelPath}", .. settings])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public HttpClient Client { get; private set; } = new();

    /// <summary>Starts the service and waits until it has tried to load its model.</summary>
    public static async Task<ServiceProcess> StartAsync(string modelPath, params string[] settings)
    {
        var service = new ServiceProcess(modelPath, settings);
        try
        {
            var address = await service._address.Task.WaitAsync(TimeSpan.FromMinutes(4));
            service.Client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(4) };
            await service.UntilHealthAsync(health => !health.Contains("\"Loading\"", StringComparison.Ordinal));
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the answer of /healthz is as wanted, and gives it.</summary>
    public async Task<string> UntilHealthAsync(Func<string, bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var health = await (await Client.GetAsync("healthz", limit.Token)).Content.ReadAsStringAsync(limit.Token);
            if (condition(health))
            {
                return health;
            }

            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>Waits until the log has this text: a console is written to, and read, after what it tells of has happened.</summary>
    public async Task UntilLogAsync(string text)
    {
        for (var start = Stopwatch.GetTimestamp(); !Log().Contains(text, StringComparison.Ordinal); await Task.Delay(10))
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
            {
                throw new TimeoutException($"The log does not have '{text}':{Environment.NewLine}{Log()}");
            }
        }
    }

    /// <summary>The memory of the process that is in the machine's memory.</summary>
    public long ResidentBytes()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    /// <summary>When the model that answers was loaded, as /healthz writes it.</summary>
    public async Task<string> LoadedAtAsync() =>
        JsonDocument.Parse(await Client.GetStringAsync("healthz")).RootElement.GetProperty("details").GetProperty("loadedAt").GetString()!;

    /// <summary>The errors in the log, the first lines of each.</summary>
    public IEnumerable<string> Errors()
    {
        const int LinesOfAnError = 6;
        var lines = Log().Split('\n');
        return Enumerable.Range(0, lines.Length)
            .Where(line => lines[line].StartsWith("fail:", StringComparison.Ordinal) || lines[line].StartsWith("crit:", StringComparison.Ordinal)
                || lines[line].StartsWith("Unhandled exception", StringComparison.Ordinal))
            .Select(line => string.Join('\n', lines.Skip(line).Take(LinesOfAnError)));
    }

    /// <summary>Asks the process to stop, as service managers and containers do, and waits for its exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        Kill(_process.Id, Terminate);
        using var limit = new CancellationTokenSource(Limit);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    // The service is built with the same configuration and for the same framework as this assembly.
    private static string Program()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(
            RepositoryFiles.Root, "examples", "ClassificationService", "bin", here.Parent!.Name, here.Name, "ClassificationService.dll");
    }

    private string Log()
    {
        lock (_log)
        {
            return _log.ToString();
        }
    }

    private void Read(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }

        if (line is null)
        {
            _address.TrySetException(new InvalidOperationException($"The service ended before it listened:{Environment.NewLine}{Log()}"));
        }
        else if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
        {
            _address.TrySetResult(new Uri(line[(at + Listening.Length)..].Trim() + "/"));
        }
    }
}
