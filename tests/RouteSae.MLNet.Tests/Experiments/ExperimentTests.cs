using System.Globalization;
using System.Text.RegularExpressions;
using FluentAssertions;
using Microsoft.ML;
using RouteSae.Features;
using RouteSae.MLNet.Experiments;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed partial class ExperimentTests(SmallModel small) : IClassFixture<SmallModel>
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data = new MLContext().Data.LoadFromEnumerable(Ticket.Many(60));

    [Fact]
    public void The_best_model_saves_loads_and_predicts_the_labels_as_they_were()
    {
        using var result = _ml.RouteSaeExperiment(Options()).Execute(_data);
        using var zip = new MemoryStream();
        _ml.Model.Save(result.BestModel, _data.Schema, zip);
        var loaded = new MLContext().Model.Load(zip, out _);

        result.End.Should().Be(ExperimentEnd.Completed);
        result.Trials.Should().HaveCount(4).And.OnlyContain(trial => trial.Error == null && trial.Rows == 60 && trial.Round == 1);
        result.Best.Metric.Should().Be(result.Trials.Max(trial => trial.Metric)).And.Be(result.Best.Metrics[ExperimentMetric.MacroAccuracy]);
        result.Best.Metric.Should().BeInRange(0.4, 1, "a third would be chance");
        result.Best.StandardDeviation.Should().BeGreaterThanOrEqualTo(0);
        var predictions = Predict(result.BestModel);
        predictions.Select(ticket => ticket.PredictedLabel).Distinct().Should().BeSubsetOf(["class 0", "class 1", "class 2"]);
        Predict(loaded).Should().BeEquivalentTo(predictions, options => options.WithStrictOrdering());
        _ml.MulticlassClassification.Evaluate(loaded.Transform(_data)).MacroAccuracy.Should().BeGreaterThan(0.5, "these are the rows it was fitted on");
    }

    [Fact]
    public void The_best_model_predicts_the_same_in_a_fresh_process_that_knows_nothing_of_us()
    {
        string[] texts = ["my parcel is late", "", "the login of my account"];
        using var result = _ml.RouteSaeExperiment(Options()).Execute(_data);
        var path = small.Path("best.zip");
        _ml.Model.Save(result.BestModel, _data.Schema, path);
        var predictions = Predict(result.BestModel, _ml.Data.LoadFromEnumerable(texts.Select(text => new Ticket { Text = text })));

        var lines = FreshProcess.Run([path, .. texts]);

        lines[^texts.Length..].Should().Equal(predictions.Select(ticket =>
            $"score {ticket.PredictedLabel} {string.Join(' ', ticket.Score.Select(score => score.ToString("R", CultureInfo.InvariantCulture)))}"));
    }

    [Fact]
    public void Best_options_and_trainer_are_those_of_the_best_trial_and_fit_the_same_features()
    {
        var result = _ml.RouteSaeExperiment(Options()).Execute(_data);

        result.BestOptions.Should().BeSameAs(result.Best.Options);
        result.BestTrainer.Should().Be(result.Best.Trainer);
        result.Best.Settings["Pooling"].Should().Be(result.BestOptions.Pooling.ToString());
        using var again = _ml.Transforms.RouteSae("Features", "Text", result.BestOptions).Fit(_data);
        SmallModel.Vectors(result.BestModel.Transform(_data)).Should().Equal(SmallModel.Vectors(again.Transform(_data)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_trials_and_results_whatever_the_context_did_before()
    {
        var used = new MLContext(seed: 9);
        used.Data.TrainTestSplit(_data);

        var first = _ml.RouteSaeExperiment(Options()).Execute(_data);
        var second = used.RouteSaeExperiment(Options()).Execute(_data);
        var other = _ml.RouteSaeExperiment(Options(seed: 4)).Execute(_data);

        first.Trials.Should().BeEquivalentTo(second.Trials, options => options.Excluding(trial => trial.Seconds).WithStrictOrdering());
        first.Trials.Select(trial => trial.Settings["MinimumActivation"]).Should().NotEqual(other.Trials.Select(trial => trial.Settings["MinimumActivation"]));
    }

    [Fact]
    public void Trials_vary_every_option_with_an_attribute_and_start_from_the_options_given()
    {
        var options = Options();
        options.Features.Pooling = Pooling.Sum;

        var result = _ml.RouteSaeExperiment(options).Execute(_data);

        var attributed = typeof(RouteSaeOptions).GetProperties()
            .Where(property => property.GetCustomAttributes(false).Any(attribute => attribute.GetType().Namespace == "Microsoft.ML.SearchSpace"))
            .Select(property => property.Name);
        result.Trials[0].Settings.Keys.Should().BeEquivalentTo(attributed).And.Contain(["Pooling", "Weighting"]);
        result.Trials[0].Options.Should().BeEquivalentTo(options.Features, o => o.Excluding(o => o.Seed));
        result.Trials[^1].Options.Should().NotBeEquivalentTo(options.Features, o => o.Excluding(o => o.Seed));
    }

    [Fact]
    public void Router_and_autoencoder_are_trained_once_for_all_trials()
    {
        var options = Options();
        options.Features.Training = new RouteSaeTrainingOptions { Latents = 24, ActiveLatents = 4, TokensPerStep = 64 };
        var log = new List<string>();
        _ml.Log += (_, message) => log.Add(message.RawMessage);

        var result = _ml.RouteSaeExperiment(options).Execute(_data);

        var features = ((IEnumerable<ITransformer>)result.BestModel).OfType<RouteSaeTransformer>().Single();
        features.FeatureNames.Should().HaveCount(24);
        log.Count(message => LastStep().IsMatch(message)).Should().Be(1);
    }

    [Fact]
    public void Cancelled_while_router_and_autoencoder_are_trained_it_stops_there()
    {
        using var stop = new CancellationTokenSource();
        var options = Options();
        options.Features.Training = new RouteSaeTrainingOptions { Latents = 24, ActiveLatents = 4, TokensPerStep = 64, Epochs = 20 };
        var log = new List<string>();
        _ml.Log += (_, message) =>
        {
            log.Add(message.RawMessage);
            if (message.RawMessage.StartsWith("Step ", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        };

        _ml.RouteSaeExperiment(options).Invoking(experiment => experiment.Execute(_data, cancellationToken: stop.Token)).Should().Throw<OperationCanceledException>();

        log.Should().Contain(message => message.StartsWith("Step ", StringComparison.Ordinal)).And.NotContain(message => LastStep().IsMatch(message));
    }

    [GeneratedRegex(@"^Step (\d+) of \1:")]
    private static partial Regex LastStep();

    private RouteSaeExperimentOptions Options(int seed = 3) => new()
    {
        Features = new RouteSaeOptions { Model = small.Folder },
        MaxTrials = 4,
        Folds = 2,
        Seed = seed,
        Trainers = ["LbfgsMaximumEntropy L2=1", "SdcaMaximumEntropy"],
    };

    private TicketClass[] Predict(ITransformer model) => Predict(model, _data);

    private TicketClass[] Predict(ITransformer model, IDataView data) => [.. _ml.Data.CreateEnumerable<TicketClass>(model.Transform(data), reuseRowObject: false)];
}
