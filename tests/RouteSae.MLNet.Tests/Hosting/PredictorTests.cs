using System.Diagnostics.Metrics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Data;
using RouteSae.MLNet.Hosting;

namespace RouteSae.MLNet.Tests.Hosting;

public sealed class PredictorTests(SavedClassifiers models) : IClassFixture<SavedClassifiers>
{
    [Fact]
    public async Task Sixty_four_callers_get_what_the_model_says_of_their_own_text()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        var letters = SavedClassifiers.Letters(64);

        var verdicts = await Task.WhenAll(letters.Select(letter => Task.Run(() => running.Predictor.PredictAsync(letter))));

        Same(verdicts, models.Expected(models.Old, letters));
    }

    [Fact]
    public async Task Several_inputs_are_answered_in_their_order()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old, options => options.MaxBatchSize = 16);
        var letters = SavedClassifiers.Letters(40);

        var verdicts = await running.Predictor.PredictAsync(letters);

        Same(verdicts, models.Expected(models.Old, letters));
    }

    [Fact]
    public async Task Batches_keep_to_the_size_and_to_the_token_budget()
    {
        await using var provider = Provider(options => (options.MaxBatchSize, options.MaxBatchTokens) = (16, 100));
        using var metrics = new RecordedMetrics(provider.GetRequiredService<IMeterFactory>());
        var predictor = provider.GetRequiredService<RouteSaePredictor<Letter, Verdict>>();
        await predictor.PredictAsync(new Letter { Text = "loaded before its first use, without a host" });

        await predictor.PredictAsync([.. Enumerable.Repeat(new Letter { Text = "a" }, 40)]);
        await predictor.PredictAsync(SavedClassifiers.Letters(30));
        await predictor.DisposeAsync(); // an answer comes before its batch is measured

        var sizes = metrics.Values("routesae.batch.size");
        sizes.Take(4).Should().Equal(1, 16, 16, 8);
        metrics.Values("routesae.batch.tokens").Zip(sizes).Skip(1).Should().OnlyContain(batch => batch.First <= 100 || batch.Second == 1);
        sizes.Skip(4).Sum().Should().Be(30);
        metrics.Values("routesae.requests", "outcome=ok").Sum().Should().Be(71);
        metrics.Values("routesae.wait.duration").Should().HaveCount(71);
        metrics.Values("routesae.run.duration").Should().HaveCount(sizes.Count);
        metrics.Values("routesae.model.loads", "outcome=ok").Should().Equal(1);
    }

    [Fact]
    public async Task Inputs_that_come_before_the_first_model_keep_to_the_token_budget_too()
    {
        await using var provider = Provider(options => options.MaxBatchTokens = 60);
        using var metrics = new RecordedMetrics(provider.GetRequiredService<IMeterFactory>());
        var predictor = provider.GetRequiredService<RouteSaePredictor<Letter, Verdict>>();

        await predictor.PredictAsync(SavedClassifiers.Letters(30));
        await predictor.DisposeAsync();

        var sizes = metrics.Values("routesae.batch.size");
        sizes.Sum().Should().Be(30);
        metrics.Values("routesae.batch.tokens").Zip(sizes).Should().OnlyContain(batch => batch.First > 0 && (batch.First <= 60 || batch.Second == 1));
    }

    [Fact]
    public async Task Tokens_are_counted_in_the_member_that_is_the_models_column()
    {
        await using var provider = new ServiceCollection().AddMetrics()
            .AddRouteSae<RenamedLetter, Verdict>(options => options.ModelPath = models.Old).BuildServiceProvider();
        using var metrics = new RecordedMetrics(provider.GetRequiredService<IMeterFactory>());
        var predictor = provider.GetRequiredService<RouteSaePredictor<RenamedLetter, Verdict>>();
        await predictor.PredictAsync(new RenamedLetter());

        await predictor.PredictAsync(new RenamedLetter { Body = "a", Signature = "not read by the model" });
        await predictor.PredictAsync(new RenamedLetter { Body = "a longer text", Signature = "" });
        await predictor.DisposeAsync();

        var tokens = metrics.Values("routesae.batch.tokens").Skip(1).ToList();
        tokens[0].Should().BeInRange(1, 3);
        tokens[1].Should().BeGreaterThan(tokens[0]);
    }

    [Fact]
    public async Task A_missing_input_is_named()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);

        await running.Predictor.Invoking(predictor => predictor.PredictAsync([new Letter { Text = "a" }, null!]))
            .Should().ThrowAsync<ArgumentException>().WithMessage("Input 1 is null. Leave it out.*");
    }

    [Fact]
    public async Task An_input_that_the_model_cannot_read_fails_alone()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        var letters = SavedClassifiers.Letters(5);
        var held = new HeldLetter();
        var first = running.Predictor.PredictAsync(held.Letter);
        held.WaitUntilItRuns();
        var bad = running.Predictor.PredictAsync(new Letter { Text = "bad", FailsFromRead = 1 });
        var good = letters.Select(letter => running.Predictor.PredictAsync(letter)).ToArray();

        held.LetGo();

        await bad.Invoking(task => task).Should().ThrowAsync<InvalidOperationException>().WithMessage("This letter cannot be read.");
        Same(await Task.WhenAll(good), models.Expected(models.Old, letters));
        await first;
    }

    [Fact]
    public async Task A_full_queue_rejects_and_says_what_to_do()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old, options => (options.QueueCapacity, options.MaxBatchSize) = (4, 1));
        var held = new HeldLetter();
        var first = running.Predictor.PredictAsync(held.Letter);
        held.WaitUntilItRuns();
        var waiting = running.Predictor.PredictAsync(SavedClassifiers.Letters(3));

        var rejected = await running.Predictor.Invoking(predictor => predictor.PredictAsync(SavedClassifiers.Letters(2)))
            .Should().ThrowAsync<PredictionRejectedException>().WithMessage(
                "The 2 inputs were rejected: the queue of 4 has no room for them. Ask again in a moment; if this happens often, "
                + "use more machines or a larger RouteSaeHostingOptions.QueueCapacity.");

        rejected.Which.Reason.Should().Be(RejectionReason.QueueFull);
        rejected.Which.RetryAfter.Should().Be(TimeSpan.FromSeconds(1));
        var refused = new Letter { Text = "its tokens are not counted" };
        await running.Predictor.Invoking(predictor => predictor.PredictAsync([refused, refused])).Should().ThrowAsync<PredictionRejectedException>();
        refused.WasReadByItsSender.Should().BeFalse();
        var last = running.Predictor.PredictAsync(new Letter { Text = "one more has room" });
        held.LetGo();
        await Task.WhenAll(first, waiting, last);
    }

    [Fact]
    public async Task What_is_cancelled_while_it_waits_makes_room_at_once()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old, options => (options.QueueCapacity, options.MaxBatchSize) = (2, 1));
        var held = new HeldLetter();
        var first = running.Predictor.PredictAsync(held.Letter);
        held.WaitUntilItRuns();
        using var cancelling = new CancellationTokenSource();
        var given = running.Predictor.PredictAsync(SavedClassifiers.Letters(2), cancelling.Token);

        await cancelling.CancelAsync();

        await given.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        running.Predictor.QueueLength.Should().Be(0);
        var next = running.Predictor.PredictAsync(SavedClassifiers.Letters(2));
        held.LetGo();
        await Task.WhenAll(first, next);
    }

    [Fact]
    public async Task A_running_input_can_be_given_up_without_touching_the_others_of_its_batch()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        var held = new HeldLetter();
        using var cancelling = new CancellationTokenSource();
        var given = running.Predictor.PredictAsync(held.Letter, cancelling.Token);
        held.WaitUntilItRuns();

        await cancelling.CancelAsync();

        await given.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
        held.LetGo();
        (await running.Predictor.PredictAsync(new Letter { Text = "next" })).PredictedLabel.Should().StartWith("old");
    }

    [Fact]
    public async Task Stopping_answers_what_waits_and_takes_nothing_more()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        var held = new HeldLetter();
        var first = running.Predictor.PredictAsync(held.Letter);
        held.WaitUntilItRuns();
        var waiting = running.Predictor.PredictAsync(SavedClassifiers.Letters(20));

        var stopping = running.StopAsync();
        var late = await running.Predictor.Invoking(predictor => predictor.PredictAsync(new Letter { Text = "late" }))
            .Should().ThrowAsync<PredictionRejectedException>();
        late.Which.Reason.Should().Be(RejectionReason.Stopping);
        stopping.IsCompleted.Should().BeFalse();
        held.LetGo();

        await stopping;
        (await first).PredictedLabel.Should().StartWith("old");
        (await waiting).Should().HaveCount(20);
        running.Predictor.Status.State.Should().Be(ServingState.Stopped);
    }

    [Fact]
    public async Task When_the_time_for_stopping_is_over_what_waits_is_rejected()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        var held = new HeldLetter();
        var first = running.Predictor.PredictAsync(held.Letter);
        held.WaitUntilItRuns();
        var waiting = running.Predictor.PredictAsync(new Letter { Text = "waits" });

        await running.Invoking(host => host.StopAsync(new CancellationToken(canceled: true))).Should().NotThrowAsync<PredictionRejectedException>();

        (await waiting.Invoking(task => task).Should().ThrowAsync<PredictionRejectedException>()).Which.Reason.Should().Be(RejectionReason.Stopping);
        held.LetGo();
        (await first).PredictedLabel.Should().StartWith("old");
    }

    private static void Same(IReadOnlyList<Verdict> actual, IReadOnlyList<Verdict> expected)
    {
        actual.Select(verdict => verdict.PredictedLabel).Should().Equal(expected.Select(verdict => verdict.PredictedLabel));
        foreach (var (one, other) in actual.Zip(expected))
        {
            one.Score.Should().Equal(other.Score, (a, b) => Math.Abs(a - b) < 1e-4);
        }
    }

    private ServiceProvider Provider(Action<RouteSaeHostingOptions> configure) => new ServiceCollection().AddMetrics()
        .AddRouteSae<Letter, Verdict>(options =>
        {
            options.ModelPath = models.Old;
            configure(options);
        })
        .BuildServiceProvider();

    private sealed class RenamedLetter
    {
        [ColumnName("Text")]
        public string Body { get; set; } = "";

        public string Signature { get; set; } = "";
    }
}
