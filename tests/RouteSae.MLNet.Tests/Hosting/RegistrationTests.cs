using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RouteSae.MLNet.Hosting;

namespace RouteSae.MLNet.Tests.Hosting;

public sealed class RegistrationTests(SavedClassifiers models) : IClassFixture<SavedClassifiers>
{
    [Fact]
    public async Task Settings_come_from_the_configuration()
    {
        using var host = Build(("ModelPath", models.Old), ("QueueCapacity", "3"), ("WatchModel", "false"), ("MaxBatchDelay", "00:00:00"));
        await host.StartAsync();
        var predictor = host.Services.GetRequiredService<RouteSaePredictor<Letter, Verdict>>();

        (await predictor.PredictAsync(SavedClassifiers.Letters(3))).Should().HaveCount(3);
        await predictor.Invoking(p => p.PredictAsync(SavedClassifiers.Letters(4)))
            .Should().ThrowAsync<PredictionRejectedException>().WithMessage("*the queue of 3 has no room*");
        await host.StopAsync();
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_when_the_host_starts()
    {
        using var host = Build(
            ("ModelPath", " "), ("WatchInterval", "00:00:00"), ("QueueCapacity", "0"), ("MaxBatchSize", "0"), ("MaxBatchTokens", "-1"), ("MaxBatchDelay", "00:01:00"));

        var line = Environment.NewLine;
        await host.Invoking(h => h.StartAsync()).Should().ThrowAsync<OptionsValidationException>().WithMessage(
            $"RouteSaeHostingOptions cannot be used:{line}"
            + $"- ModelPath is empty. Name the zip that mlContext.Model.Save wrote.{line}"
            + $"- WatchInterval is 00:00:00. It must be 00:00:00.010 to 1.00:00:00; to stop watching, set WatchModel to false.{line}"
            + $"- QueueCapacity is 0. It must be 1 to 1000000 inputs.{line}"
            + $"- MaxBatchSize is 0. It must be 1 to 65536 inputs.{line}"
            + $"- MaxBatchTokens is -1. It must be 1 to 1048576 tokens.{line}"
            + "- MaxBatchDelay is 00:01:00. It must be 00:00:00 to 00:00:01.");
    }

    [Fact]
    public async Task A_name_that_is_no_setting_is_an_error()
    {
        using var host = Build(("ModelPath", models.Old), ("QueueSize", "3"));

        await host.Invoking(h => h.StartAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*QueueSize*");
    }

    [Fact]
    public async Task Two_models_of_different_types_have_their_own_settings()
    {
        var services = new ServiceCollection()
            .AddRouteSae<Letter, Verdict>(options => options.ModelPath = models.Old)
            .AddRouteSae<Letter, PlainVerdict>(options => options.ModelPath = models.New);
        await using var provider = services.BuildServiceProvider();
        var letter = new Letter { Text = "a text" };

        (await provider.GetRequiredService<RouteSaePredictor<Letter, Verdict>>().PredictAsync(letter)).PredictedLabel.Should().StartWith("old");
        (await provider.GetRequiredService<RouteSaePredictor<Letter, PlainVerdict>>().PredictAsync(letter)).PredictedLabel.Should().StartWith("new");
    }

    [Fact]
    public async Task An_output_that_the_model_does_not_have_is_said_when_it_is_loaded()
    {
        var services = new ServiceCollection().AddRouteSae<Letter, WrongVerdict>(options => options.ModelPath = models.Old);
        await using var provider = services.BuildServiceProvider();

        await provider.GetRequiredService<RouteSaePredictor<Letter, WrongVerdict>>().Invoking(p => p.PredictAsync(new Letter { Text = "a text" }))
            .Should().ThrowAsync<PredictionRejectedException>().WithMessage("There is no model to predict with: *Sentiment*");
    }

    private static IHost Build(params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"RouteSae:{setting.Name}", (string?)setting.Value)));
        builder.Services.AddRouteSae<Letter, Verdict>(builder.Configuration.GetSection("RouteSae"));
        return builder.Build();
    }

    private sealed class PlainVerdict
    {
        public string PredictedLabel { get; set; } = "";
    }

    private sealed class WrongVerdict
    {
        public float Sentiment { get; set; }
    }
}
