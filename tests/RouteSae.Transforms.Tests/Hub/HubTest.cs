using System.Diagnostics;
using FluentAssertions;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

/// <summary>A hub that serves a small model, and an empty cache.</summary>
public abstract class HubTest : IAsyncLifetime
{
    // A fault that makes a download endless fails its test instead of all of them.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private protected TemporaryFolder Temporary { get; } = new();

    private protected LoopbackHub Server { get; private set; } = null!;

    private protected HubClock Clock { get; } = new();

    private protected ReportedItems<string> Warnings { get; } = new();

    private protected ReportedItems<HubProgress> Progress { get; } = new();

    private protected HubOptions Options { get; private set; } = null!;

    private protected string Cache => Temporary.File("hub");

    private protected string ModelCache => Path.Combine(Cache, "models--org--name");

    private protected string Snapshot => Path.Combine(ModelCache, "snapshots", LoopbackHub.Commit);

    private protected string[] AllFiles => [.. Server.Files.Keys];

    public async Task InitializeAsync()
    {
        Server = await LoopbackHub.StartAsync();
        Server.Files["config.json"] = ServedFile.Small("""{"model_type": "llama"}""");
        Server.Files["tokenizer.json"] = ServedFile.Small("""{"version": "1.0"}""");
        Server.Files["tokenizer_config.json"] = ServedFile.Small("{}");
        Server.Files["model.safetensors"] = ServedFile.Large(300_000);
        Options = new HubOptions
        {
            CacheFolder = Cache, Endpoint = Server.Endpoint, Token = "", Offline = false, RetryDelay = TimeSpan.FromMilliseconds(1),
            Timeout = HubClock.Timeout, Warnings = Warnings, Clock = Clock,
        };
    }

    public virtual async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Temporary.Dispose();
    }

    private protected Task<string> ResolveAsync(string model = "org/name", CancellationToken cancellationToken = default) =>
        ModelHub.ResolveAsync(model, Options, Progress, cancellationToken).WaitAsync(Limit);

    private protected static async Task UntilAsync(Func<bool> condition)
    {
        for (var start = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(10))
        {
            Stopwatch.GetElapsedTime(start).Should().BeLessThan(Limit);
        }
    }

    private protected string Blob(string file) => Path.Combine(ModelCache, "blobs", Server.Files[file].ETag);

    /// <summary>A snapshot as Hugging Face's Python library leaves it.</summary>
    private protected string AddToCache(string commit, string? reference, params string[] files)
    {
        var snapshot = Path.Combine(ModelCache, "snapshots", commit);
        Directory.CreateDirectory(snapshot);
        Directory.CreateDirectory(Path.Combine(ModelCache, "blobs"));
        foreach (var file in files)
        {
            File.WriteAllBytes(Blob(file), Server.Files[file].Content);
            File.CreateSymbolicLink(Path.Combine(snapshot, file), $"../../blobs/{Server.Files[file].ETag}");
        }

        if (reference is not null)
        {
            var path = Path.Combine(ModelCache, "refs", reference);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, commit);
        }

        return snapshot;
    }
}
