using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace ServiceLoad;

/// <summary>Puts another file in the place of the model that a service serves, and waits until the service has dealt with it.</summary>
/// <param name="client">Asks the service.</param>
/// <param name="path">The model file.</param>
internal sealed class ModelReplacement(HttpClient client, string path)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly byte[] _model = File.ReadAllBytes(path);

    /// <summary>Replaces the model by a copy of itself; false when no other model answers within two minutes.</summary>
    public async Task<bool> ReloadAsync(CancellationToken cancellationToken)
    {
        var before = Detail(await HealthAsync(cancellationToken), "loadedAt");
        Put(_model);
        return await UntilAsync(health => Detail(health, "loadedAt") != before && Status(health) == "Healthy", cancellationToken);
    }

    /// <summary>Replaces the model by half of itself; false when the service does not refuse it within two minutes.</summary>
    public Task<bool> BreakAsync(CancellationToken cancellationToken)
    {
        Put(_model.AsSpan(0, _model.Length / 2));
        return UntilAsync(health => Status(health) == "Degraded", cancellationToken);
    }

    private static string? Status(JsonElement health) => health.GetProperty("status").GetString();

    private static string? Detail(JsonElement health, string name) =>
        health.GetProperty("details").TryGetProperty(name, out var value) ? value.GetString() : null;

    private void Put(ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(path + ".new", bytes);
        File.Move(path + ".new", path, overwrite: true);
    }

    private async Task<bool> UntilAsync(Func<JsonElement, bool> condition, CancellationToken cancellationToken)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Limit;)
        {
            if (condition(await HealthAsync(cancellationToken)))
                return true;
            await Task.Delay(100, cancellationToken);
        }

        return false;
    }

    private async Task<JsonElement> HealthAsync(CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync("healthz", cancellationToken);
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }
}
