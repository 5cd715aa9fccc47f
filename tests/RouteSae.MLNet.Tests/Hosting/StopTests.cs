using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RouteSae.MLNet.Hosting;

namespace RouteSae.MLNet.Tests.Hosting;

public sealed class StopTests(SavedClassifiers models) : IClassFixture<SavedClassifiers>
{
    [Fact]
    public async Task Stopping_does_not_wait_beyond_its_time_for_a_model_that_is_being_loaded()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddRouteSae<GatedLetter, Verdict>(options => options.ModelPath = models.Old);
        using var host = builder.Build();
        await host.StartAsync();
        var predictor = host.Services.GetRequiredService<RouteSaePredictor<GatedLetter, Verdict>>();
        var waiting = predictor.PredictAsync(new GatedLetter("waits"));
        var reloading = predictor.ReloadAsync();
        GatedLetter.Making.Wait();

        await host.Invoking(h => h.StopAsync(new CancellationToken(canceled: true))).Should().NotThrowAsync<PredictionRejectedException>();

        (await waiting.Invoking(task => task).Should().ThrowAsync<PredictionRejectedException>()).Which.Reason.Should().Be(RejectionReason.Stopping);
        await reloading.Invoking(task => task).Should().ThrowAsync<InvalidOperationException>();
        GatedLetter.Gate.Set();
        await predictor.DisposeAsync();
        predictor.Status.State.Should().Be(ServingState.Stopped);
    }

    [Fact]
    public async Task After_it_was_stopped_or_disposed_it_loads_no_more()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        await running.StopAsync();
        const string message = "The predictor has been stopped and loads no model any more. Start the host, or make a predictor, anew.";

        await running.Predictor.Invoking(predictor => predictor.ReloadAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage(message);
        await running.Predictor.DisposeAsync();
        await running.Predictor.Invoking(predictor => predictor.ReloadAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage(message);
        (await running.Predictor.Invoking(predictor => predictor.PredictAsync(new Letter { Text = "late" })).Should().ThrowAsync<PredictionRejectedException>())
            .Which.Reason.Should().Be(RejectionReason.Stopping);
    }
}
