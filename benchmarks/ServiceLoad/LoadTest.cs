using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace ServiceLoad;

/// <summary>Clients that each send one request after the other, all of them at the same time.</summary>
internal sealed class LoadTest(Uri service, string? modelPath) : IDisposable
{
    private static readonly string[] Texts =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", "tickets.test.tsv")).Skip(1).Select(line => line.Split('\t')[1])];

    private readonly HttpClient _client = new() { BaseAddress = service, Timeout = TimeSpan.FromMinutes(5) };

    public async Task<LoadResult> RunAsync(int clients, int requests, bool replaceModel, CancellationToken cancellationToken)
    {
        var latencies = new ConcurrentBag<TimeSpan>();
        var (next, failed) = (-1, 0);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number < requests)
            {
                if (number == requests / 2 && replaceModel)
                    ReplaceModel();
                var start = Stopwatch.GetTimestamp();
                if (!await AskAsync(Texts[number % Texts.Length], cancellationToken))
                    Interlocked.Increment(ref failed);
                latencies.Add(Stopwatch.GetElapsedTime(start));
            }
        }));
        return new LoadResult(clients, failed, clock.Elapsed, [.. latencies.Order()], LoadAverage());
    }

    /// <summary>When the model that answers was loaded, as /healthz says it; null when it does not.</summary>
    public async Task<string?> LoadedAtAsync(CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync("healthz", cancellationToken);
        var health = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return health.GetProperty("details").TryGetProperty("loadedAt", out var loadedAt) ? loadedAt.GetString() : null;
    }

    /// <summary>Waits until another model answers; false when none does within a minute.</summary>
    public async Task<bool> HasLoadedSinceAsync(string? before, CancellationToken cancellationToken)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromMinutes(1);)
        {
            if (await LoadedAtAsync(cancellationToken) != before)
                return true;
            await Task.Delay(100, cancellationToken);
        }

        return false;
    }

    public void Dispose() => _client.Dispose();

    private async Task<bool> AskAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.PostAsJsonAsync("classify", new { text }, cancellationToken);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return response.IsSuccessStatusCode && answer.GetProperty("results").GetArrayLength() == 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException)
        {
            return false;
        }
    }

    private void ReplaceModel()
    {
        if (modelPath is null)
            return;
        File.Copy(modelPath, modelPath + ".new", overwrite: true);
        File.SetLastWriteTimeUtc(modelPath + ".new", DateTime.UtcNow);
        File.Move(modelPath + ".new", modelPath, overwrite: true);
    }

    private static string? LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : null;
}
