using System.Net;
using System.Text.Json;
using FluentAssertions;

namespace RouteSae.ClassificationService.Tests;

[Collection(ServiceTests.Name)]
public sealed class ReloadTests(TrainedService trained)
{
    private const string QuickWatch = "--RouteSae:WatchInterval=00:00:00.020";

    [Fact]
    public async Task Sixty_four_clients_lose_nothing_while_the_model_is_replaced()
    {
        var model = trained.Copy();
        await using var service = await ServiceProcess.StartAsync(model, QuickWatch);
        var before = await service.LoadedAtAsync();
        using var replaced = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 64).Select(client => AskUntilAsync(service.Client, client, replaced.Token)).ToArray();

        Replace(model);
        await service.UntilHealthAsync(health => !health.Contains(before, StringComparison.Ordinal));
        await replaced.CancelAsync();

        var statuses = (await Task.WhenAll(clients)).SelectMany(list => list).ToList();
        statuses.Should().HaveCountGreaterThan(128).And.OnlyContain(status => status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_broken_zip_is_refused_and_the_old_model_stays()
    {
        var model = trained.Copy();
        await using var service = await ServiceProcess.StartAsync(model, QuickWatch);

        File.WriteAllBytes(model, File.ReadAllBytes(model)[..100_000]);

        var health = await service.UntilHealthAsync(text => text.Contains("Degraded", StringComparison.Ordinal));
        JsonDocument.Parse(health).RootElement.GetProperty("message").GetString()
            .Should().Be("A newer model was refused; the one before it goes on answering. The service's log says why.");
        health.Should().NotContain(Path.GetDirectoryName(model));
        await service.UntilLogAsync($"The model file '{model}' cannot be used: ");
        await service.UntilLogAsync("The new model was refused; the one before it goes on answering.");
        (await service.Client.GetAsync("healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await service.Client.ClassifyAsync("Where is my parcel?")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_service_whose_first_model_is_broken_says_so_and_recovers()
    {
        var model = trained.Copy();
        File.WriteAllText(model, "this is no zip");
        await using var service = await ServiceProcess.StartAsync(model, QuickWatch);

        var health = await service.Client.GetAsync("healthz");
        health.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await health.Content.ReadAsStringAsync()).Should().NotContain(Path.GetDirectoryName(model));
        var refused = await service.Client.ClassifyAsync("Where is my parcel?");
        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
        (await refused.JsonAsync()).GetProperty("detail").GetString()
            .Should().Be("There is no model to answer with; the service's log says why. Ask again later.");

        Replace(model);

        await service.UntilHealthAsync(health => health.Contains("\"Healthy\"", StringComparison.Ordinal));
        (await service.Client.ClassifyAsync("Where is my parcel?")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [SkippableFact]
    public async Task Stopping_answers_what_waits()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signal that asks a process to stop.");
        await using var service = await ServiceProcess.StartAsync(trained.ModelPath);
        var asked = service.Client.ClassifyAsync([.. Enumerable.Range(0, 200).Select(i => $"Where is parcel {i}? The tracking page says nothing.")]);
        await service.UntilHealthAsync(health => JsonDocument.Parse(health).RootElement.GetProperty("details").GetProperty("queueLength").GetInt32() > 0);

        var exitCode = await service.TerminateAsync();

        var response = await asked;
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.JsonAsync()).GetProperty("results").GetArrayLength().Should().Be(200);
        exitCode.Should().Be(0);
    }

    // A copy keeps the time at which the original was written, and a file of the same time and length has not changed.
    private void Replace(string model)
    {
        File.Copy(trained.ModelPath, model + ".new");
        File.SetLastWriteTimeUtc(model + ".new", File.GetLastWriteTimeUtc(model).AddSeconds(1));
        File.Move(model + ".new", model, overwrite: true);
    }

    // Each client asks at least twice, and once more after the model was replaced.
    private static async Task<List<HttpStatusCode>> AskUntilAsync(HttpClient client, int number, CancellationToken replaced)
    {
        var statuses = new List<HttpStatusCode>();
        for (var round = 0; round < 2 || !replaced.IsCancellationRequested; round++)
        {
            statuses.Add((await client.ClassifyAsync($"Client {number} asks for parcel {round}.")).StatusCode);
        }

        statuses.Add((await client.ClassifyAsync("And again.")).StatusCode);
        return statuses;
    }
}
