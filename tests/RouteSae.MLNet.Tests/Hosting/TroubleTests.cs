using System.Diagnostics.Metrics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RouteSae.MLNet.Explanations;
using RouteSae.MLNet.Hosting;

namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>What goes wrong around a prediction, and whom it concerns.</summary>
public sealed class TroubleTests(SavedClassifiers models) : IClassFixture<SavedClassifiers>
{
    [Fact]
    public async Task A_listener_to_the_metrics_that_throws_harms_nobody()
    {
        await using var provider = Services(models.Old).BuildServiceProvider();
        using var listener = Throwing(provider.GetRequiredService<IMeterFactory>(), out var calls);
        var predictor = provider.GetRequiredService<RouteSaePredictor<Letter, Verdict>>();

        (await predictor.PredictAsync(SavedClassifiers.Letters(3))).Should().HaveCount(3);
        (await predictor.PredictAsync(new Letter { Text = "again" })).PredictedLabel.Should().StartWith("old");

        predictor.Status.State.Should().Be(ServingState.Healthy);
        calls().Should().BePositive();
    }

    [Fact]
    public async Task A_logger_that_throws_harms_nobody()
    {
        using var loggers = new ThrowingLoggers();
        await using var provider = Services(models.Old).AddLogging(logging => logging.AddProvider(loggers)).BuildServiceProvider();
        var predictor = provider.GetRequiredService<RouteSaePredictor<Letter, Verdict>>();
        await predictor.PredictAsync(new Letter { Text = "first" });
        loggers.Calls.Should().BePositive();

        var (bad, good) = await BehindOneAnotherAsync(
            predictor, () => predictor.PredictAsync(new Letter { Text = "bad", FailsFromRead = 2 }), () => predictor.PredictAsync(new Letter { Text = "good" }));

        await bad.Invoking(task => task).Should().ThrowAsync<InvalidOperationException>().WithMessage("This letter cannot be read.");
        (await good).PredictedLabel.Should().StartWith("old");
    }

    [Fact]
    public async Task An_explanation_that_fails_takes_nobody_with_it()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        var letters = SavedClassifiers.Letters(2);

        var (bad, good) = await BehindOneAnotherAsync(
            running.Predictor,
            () => running.Predictor.ExplainAsync(new Letter { Text = "bad", FailsFromRead = 3 }),
            () => Task.WhenAll(running.Predictor.ExplainAsync(letters[0], features: 5), running.Predictor.ExplainAsync(letters[1], features: 2)));

        await bad.Invoking(task => task).Should().ThrowAsync<InvalidOperationException>().WithMessage("This letter cannot be read.");
        (await good).Select(explained => explained.Explanation.Features.Count).Should().Equal(5, 2);
    }

    [Fact]
    public async Task A_batch_of_explanations_gives_each_its_own()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        var letters = SavedClassifiers.Letters(12);
        var alone = new List<DecisionExplanation>();
        foreach (var letter in letters)
        {
            alone.Add((await running.Predictor.ExplainAsync(letter, features: 3)).Explanation);
        }

        var (first, together) = await BehindOneAnotherAsync(
            running.Predictor, () => running.Predictor.PredictAsync(letters[0]), () => Task.WhenAll(letters.Select(letter => running.Predictor.ExplainAsync(letter, features: 3))));

        await first;
        foreach (var (one, other) in (await together).Zip(alone))
        {
            one.Explanation.Features.Should().HaveCount(3);
            one.Explanation.Features.Select(feature => feature.Name).Should().Equal(other.Features.Select(feature => feature.Name));
            one.Explanation.Features.SelectMany(feature => feature.Occurrences.Select(o => o.Span))
                .Should().Equal(other.Features.SelectMany(feature => feature.Occurrences.Select(o => o.Span)));
        }
    }

    [Fact]
    public async Task A_model_that_cannot_be_explained_predicts_and_says_why()
    {
        await using var provider = new ServiceCollection().AddRouteSae<Letter, FeaturesOfLetter>(options => options.ModelPath = models.WithoutPredictor).BuildServiceProvider();
        var predictor = provider.GetRequiredService<RouteSaePredictor<Letter, FeaturesOfLetter>>();

        (await predictor.PredictAsync(new Letter { Text = "a text" })).Features.Should().Contain(value => value != 0);
        await predictor.Invoking(p => p.ExplainAsync(new Letter { Text = "a text" })).Should().ThrowAsync<ModelNotExplainableException>().WithMessage(
            "The model has no predictor, so there is no decision over named features to explain. Give a model with mlContext.Transforms.RouteSae and a trainer in its pipeline.");
    }

    // Two questions that wait behind a third, and so share a batch.
    private static async Task<(Task<TFirst> First, Task<TSecond> Second)> BehindOneAnotherAsync<TFirst, TSecond>(
        RouteSaePredictor<Letter, Verdict> predictor, Func<Task<TFirst>> first, Func<Task<TSecond>> second)
    {
        var held = new HeldLetter();
        var before = predictor.PredictAsync(held.Letter);
        held.WaitUntilItRuns();
        var both = (first(), second());
        held.LetGo();
        await before;
        return both;
    }

    private static ServiceCollection Services(string model)
    {
        var services = new ServiceCollection();
        services.AddMetrics().AddRouteSae<Letter, Verdict>(options => options.ModelPath = model);
        return services;
    }

    private static MeterListener Throwing(IMeterFactory factory, out Func<int> calls)
    {
        var count = 0;
        calls = () => count;
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == RouteSaeMeter.Name && instrument.Meter.Scope == factory)
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Throw() => throw new InvalidOperationException($"Measurement {Interlocked.Increment(ref count)} is not wanted.");
        listener.SetMeasurementEventCallback<int>((_, _, _, _) => Throw());
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => Throw());
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Throw());
        listener.Start();
        return listener;
    }

    private sealed class FeaturesOfLetter
    {
        public float[] Features { get; set; } = [];
    }
}
