using FluentAssertions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet.Hosting;

namespace RouteSae.MLNet.Tests.Hosting;

public sealed class ReloadTests(SavedClassifiers models) : IClassFixture<SavedClassifiers>
{
    [Fact]
    public async Task A_reload_lets_what_runs_finish_on_the_old_model()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        var held = new HeldLetter();
        var before = running.Predictor.PredictAsync(held.Letter);
        held.WaitUntilItRuns();
        running.Replace(models.New);

        await running.Predictor.ReloadAsync();
        var after = running.Predictor.PredictAsync(new Letter { Text = "after" });
        held.LetGo();

        (await before).PredictedLabel.Should().StartWith("old");
        (await after).PredictedLabel.Should().StartWith("new");
    }

    [Fact]
    public void A_retired_model_is_freed_when_its_last_user_has_left()
    {
        var fake = new FakeModel();
        var ml = new MLContext(seed: 1);
        var chain = new TransformerChain<ITransformer>(fake.Transformer());
        var served = new ServedModel<Article, Article>(ml, chain);
        served.Predict([new Article { Text = "a text" }]).Should().ContainSingle().Which.Text.Should().Be("a text");
        served.CountTokens(new Article { Text = "a text" }).Should().Be(2);
        served.TryUse().Should().BeTrue();

        served.Release();
        fake.Shared.IsLoaded.Should().BeTrue("somebody is in the middle of using it");
        served.Release();

        fake.Shared.IsLoaded.Should().BeFalse();
        served.TryUse().Should().BeFalse();
    }

    [Fact]
    public void A_file_of_the_same_length_and_time_with_other_content_has_changed()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("model.zip");
        var written = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        ModelFileStamp? Stamp(byte content)
        {
            File.WriteAllBytes(file, [.. Enumerable.Repeat((byte)1, 100_000), content]);
            File.SetLastWriteTimeUtc(file, written);
            return ModelFileStamp.Read(file);
        }

        var before = Stamp(1);

        before.Should().NotBeNull();
        Stamp(2).Should().NotBe(before);
        Stamp(1).Should().Be(before);
    }

    [Fact]
    public async Task A_changed_file_is_loaded_while_callers_go_on()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old, options => options.WatchModel = true);
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => AskUntilNewAsync(running.Predictor, enough.Token))).ToArray();

        running.Replace(models.New);

        foreach (var labels in await Task.WhenAll(callers))
        {
            labels[^1].Should().StartWith("new");
            labels.SkipWhile(label => label.StartsWith("old", StringComparison.Ordinal)).Should().OnlyContain(label => label.StartsWith("new"));
        }
    }

    [Fact]
    public async Task A_broken_zip_leaves_the_old_model_in_service()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old);
        File.WriteAllText(running.ModelPath, "this is no zip");

        await running.Predictor.Invoking(predictor => predictor.ReloadAsync()).Should().ThrowAsync<ModelLoadException>().WithMessage(
            $"The model file '{running.ModelPath}' cannot be used: * It must be a zip that mlContext.Model.Save wrote, of a model that turns "
            + "Letter into Verdict with a RouteSae column; put such a file in its place.");

        (await running.Predictor.PredictAsync(new Letter { Text = "a text" })).PredictedLabel.Should().StartWith("old");
        var health = await running.HealthAsync();
        health.Status.Should().Be(HealthStatus.Degraded);
        health.Entries["routesae"].Description.Should().Match("The model loaded at * goes on answering. The model file * cannot be used: *");
    }

    [Fact]
    public async Task A_truncated_zip_that_is_dropped_in_degrades_until_a_whole_one_follows()
    {
        await using var running = await RunningPredictor.StartAsync(models.Old, options => options.WatchModel = true);
        File.WriteAllBytes(running.ModelPath, File.ReadAllBytes(models.New)[..5000]);
        await running.UntilAsync(status => status.State == ServingState.Degraded);
        (await running.Predictor.PredictAsync(new Letter { Text = "a text" })).PredictedLabel.Should().StartWith("old");

        running.Replace(models.New);

        await running.UntilAsync(status => status.State == ServingState.Healthy);
        (await running.Predictor.PredictAsync(new Letter { Text = "a text" })).PredictedLabel.Should().StartWith("new");
        (await running.HealthAsync()).Status.Should().Be(HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_model_without_a_RouteSae_column_is_refused()
    {
        await using var running = await RunningPredictor.StartAsync(models.WithoutRouteSae);

        running.Predictor.Status.State.Should().Be(ServingState.Unhealthy);
        running.Predictor.Status.Message.Should().Contain("The model has no RouteSae column.");
    }

    [Fact]
    public async Task A_missing_file_is_unhealthy_until_it_is_there()
    {
        await using var running = await RunningPredictor.StartAsync(zip: null, options => options.WatchModel = true);
        var rejected = await running.Predictor.Invoking(predictor => predictor.PredictAsync(new Letter { Text = "a text" }))
            .Should().ThrowAsync<PredictionRejectedException>();
        rejected.Which.Reason.Should().Be(RejectionReason.NoModel);
        rejected.Which.Message.Should().Be(
            $"There is no model to predict with: The model file '{running.ModelPath}' does not exist. "
            + "Save a model there, or correct RouteSaeHostingOptions.ModelPath.");
        (await running.HealthAsync()).Status.Should().Be(HealthStatus.Unhealthy);

        running.Replace(models.New);

        await running.UntilAsync(status => status.State == ServingState.Healthy);
        (await running.Predictor.PredictAsync(new Letter { Text = "a text" })).PredictedLabel.Should().StartWith("new");
    }

    private static async Task<List<string>> AskUntilNewAsync(RouteSaePredictor<Letter, Verdict> predictor, CancellationToken enough)
    {
        List<string> labels = ["old"];
        while (!labels[^1].StartsWith("new", StringComparison.Ordinal))
        {
            enough.ThrowIfCancellationRequested();
            labels.Add((await predictor.PredictAsync(new Letter { Text = "a text" })).PredictedLabel);
        }

        labels.Add((await predictor.PredictAsync(new Letter { Text = "a text" })).PredictedLabel);
        return labels;
    }
}
