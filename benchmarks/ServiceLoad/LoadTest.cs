using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace ServiceLoad;

/// <summary>Clients that each send one request after the other, all of them at the same time.</summary>
/// <param name="client">Asks the service.</param>
/// <param name="clients">How many ask.</param>
/// <param name="requests">How many requests they send together, and more while models are still being replaced.</param>
/// <param name="words">The most words of a text.</param>
internal sealed class LoadTest(HttpClient client, int clients, int requests, int words)
{
    private readonly string[] _texts =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "tickets.test.tsv")).Skip(1)
            .Select(line => string.Join(' ', line.Split('\t')[1].Split(' ').Take(words))),
    ];

    private static readonly TimeSpan AfterReload = TimeSpan.FromSeconds(2); // the model before is freed, and its memory given back

    private int _sent;
    private int _failed;
    private int _reloads;
    private volatile bool _isReplacing;

    public LoadProgress Progress => new(Volatile.Read(ref _sent), Volatile.Read(ref _reloads), _isReplacing);

    /// <summary>Sends the requests.</summary>
    public Task<LoadResult> RunAsync(CancellationToken cancellationToken) => RunAsync(Task.FromResult(true), cancellationToken);

    /// <summary>Sends the requests and meanwhile has the model loaded again, at even distances; null when the service did not load one.</summary>
    /// <param name="replacement">Replaces the model.</param>
    /// <param name="reloads">How often.</param>
    /// <param name="broken">Whether a broken file comes before each good one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<LoadResult?> RunAsync(ModelReplacement replacement, int reloads, bool broken, CancellationToken cancellationToken)
    {
        var replacing = ReplaceAsync(replacement, reloads, broken, cancellationToken);
        var result = await RunAsync(replacing, cancellationToken);
        return await replacing ? result : null;
    }

    private async Task<LoadResult> RunAsync(Task meanwhile, CancellationToken cancellationToken)
    {
        var latencies = new ConcurrentBag<TimeSpan>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (Interlocked.Increment(ref _sent) is var number && (number <= requests || !meanwhile.IsCompleted))
            {
                var start = Stopwatch.GetTimestamp();
                if (!await AskAsync(_texts[number % _texts.Length], cancellationToken))
                    Interlocked.Increment(ref _failed);
                latencies.Add(Stopwatch.GetElapsedTime(start));
            }
        }));
        return new LoadResult(clients, _failed, clock.Elapsed, [.. latencies.Order()], LoadAverage());
    }

    private async Task<bool> ReplaceAsync(ModelReplacement replacement, int reloads, bool broken, CancellationToken cancellationToken)
    {
        for (var reload = 1; reload <= reloads; reload++)
        {
            while (Volatile.Read(ref _sent) < (long)requests * reload / (reloads + 1))
                await Task.Delay(20, cancellationToken);
            _isReplacing = true;
            if ((broken && !await replacement.BreakAsync(cancellationToken)) || !await replacement.ReloadAsync(cancellationToken))
                return false;
            await Task.Delay(AfterReload, cancellationToken);
            Interlocked.Increment(ref _reloads);
            _isReplacing = false;
            await Task.Delay(AfterReload, cancellationToken);
        }

        return true;
    }

    private async Task<bool> AskAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.PostAsJsonAsync("classify", new { text }, cancellationToken);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return response.IsSuccessStatusCode && answer.GetProperty("results").GetArrayLength() == 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static string? LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : null;
}
