using FluentAssertions;
using Microsoft.ML;
using RouteSae.Features;
using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed class SearchTests
{
    private readonly CountedModels _models = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data = new MLContext().Data.LoadFromEnumerable(Ticket.Many(90));

    [Fact]
    public void The_network_runs_once_over_each_text_for_all_trials_folds_and_rounds()
    {
        var result = _models.Experiment(Options(maxTrials: 9, rounds: 2)).Execute(_data);

        result.Trials.Should().HaveCount(9 + 3);
        _models.Opened.Should().ContainSingle();
        _models.Texts.Should().Be(90, "each text is encoded once");
    }

    [Fact]
    public void Options_that_need_another_network_run_it_once_more()
    {
        var result = _models.Experiment(Options(maxTrials: 12)).Vary(o => o.MaxTokens, 5, 9).Execute(_data);

        result.Trials.Select(trial => trial.Settings["MaxTokens"]).Distinct().Should().BeEquivalentTo("5", "9");
        _models.Opened.Select(opened => opened.Options.MaxTokens).Should().OnlyHaveUniqueItems();
        _models.Texts.Should().Be(90 * _models.Opened.Count);
    }

    [Fact]
    public void Limits_beyond_the_context_ask_for_the_same_network()
    {
        var result = _models.Experiment(Options(maxTrials: 12)).Vary(o => o.MaxTokens, null, 16, 99).Execute(_data);

        result.Trials.Select(trial => trial.Settings["MaxTokens"]).Distinct().Should().HaveCount(3);
        _models.Opened.Should().ContainSingle("the context holds 16 tokens");
        _models.Texts.Should().Be(90);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void A_network_is_given_up_when_no_trial_needs_it_any_more(int rounds, int kept)
    {
        var options = Options(maxTrials: 4, rounds);
        options.Search = ExperimentSearch.Grid;
        var loaded = new List<int>();
        var progress = new ProgressList(_ => loaded.Add(_models.Opened.Count(opened => opened.Model.Shared.IsLoaded)));

        var result = Narrow(_models.Experiment(options)).Vary(o => o.Pooling, Pooling.Max).Vary(o => o.MaxTokens, 3, 4, 5, 6).Execute(_data, progress);

        _models.Opened.Should().HaveCount(4, "those that go on, and the best one's for the model, are not opened again");
        loaded.Max().Should().Be(kept + 1, "the best so far and the one at work");
        _models.Opened.Count(opened => opened.Model.Shared.IsLoaded).Should().Be(1);
        result.Dispose();
        _models.Opened.Should().NotContain(opened => opened.Model.Shared.IsLoaded);
    }

    [Theory]
    [InlineData(ExperimentSearch.Random)]
    [InlineData(ExperimentSearch.Grid)]
    public void As_many_top_features_as_there_are_or_more_are_one_trial(ExperimentSearch search)
    {
        var options = Options(maxTrials: 50);
        options.Search = search;

        var result = Narrow(_models.Experiment(options)).Vary(o => o.Pooling, Pooling.Max).Vary(o => o.TopFeatures, 63, FakeModel.Latents, 16_384).Execute(_data);

        result.Trials.Select(trial => trial.Settings["TopFeatures"]).Should().BeEquivalentTo("63", "null");
    }

    [Fact]
    public void The_best_of_a_round_goes_first_in_the_next()
    {
        using var stop = new CancellationTokenSource();
        var options = Options(maxTrials: 4, rounds: 2);
        (options.Reduction, options.Trainers) = (2, []);

        var experiment = Narrow(_models.Experiment(options)).Vary(o => o.Pooling, Pooling.Max);
        foreach (var (name, l1) in new[] { ("blind 1", 1e6f), ("blind 2", 1e6f), ("good", 0), ("blind 3", 1e6f) })
        {
            experiment.WithTrainer(name, (ml, label, features) => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, l1Regularization: l1));
        }

        var result = experiment.Execute(_data, new ProgressList(report =>
        {
            if (report.Last is { Round: 2 })
            {
                stop.Cancel();
            }
        }), stop.Token);

        result.End.Should().Be(ExperimentEnd.Cancelled);
        result.Best.Round.Should().Be(2);
        result.Best.Trainer.Should().Be("good");
    }

    [Fact]
    public void A_grid_holds_every_combination_once()
    {
        var options = Options(maxTrials: 100);
        options.Search = ExperimentSearch.Grid;
        options.Trainers = ["LbfgsMaximumEntropy L2=1", "LbfgsMaximumEntropy L2=10"];
        options.GridSteps = 2;

        var result = _models.Experiment(options).Vary(o => o.Pooling, Pooling.Max, Pooling.Sum).Vary(o => o.Weighting, FeatureWeighting.None)
            .Vary(o => o.TopFeatures, null, 10).Execute(_data);

        result.Trials.Select(trial => $"{trial.Trainer} {string.Join(' ', trial.Settings.Values)}").Should().HaveCount(2 * 2 * 2 * 2).And.OnlyHaveUniqueItems();
        result.Trials.Select(trial => trial.Options.MinimumActivation).Distinct().Should().Equal(0f, 1f);
        result.Trials.Select(trial => trial.Options.TopFeatures).Distinct().Should().Equal(null, 10);
    }

    [Fact]
    public void A_small_space_is_tried_once_and_not_again()
    {
        var result = Narrow(_models.Experiment(Options(maxTrials: 50))).Execute(_data);

        result.Trials.Should().HaveCount(2);
    }

    [Fact]
    public void Halving_gives_the_better_part_of_a_round_more_rows()
    {
        var result = _models.Experiment(Options(maxTrials: 9, rounds: 3)).Execute(_data);

        var rounds = result.Trials.GroupBy(trial => trial.Round).ToArray();
        rounds.Select(round => round.Count()).Should().Equal(9, 3, 1);
        rounds.Select(round => round.First().Rows).Should().BeInAscendingOrder().And.EndWith(90);
        rounds[0].First().Rows.Should().BeInRange(9, 15, "a ninth, and at least a row for every fold of every class");
        for (var round = 1; round < 3; round++)
        {
            var best = rounds[round - 1].OrderByDescending(trial => trial.Metric).ThenBy(trial => trial.Trial).Take(rounds[round].Count()).Select(trial => trial.Trial);
            rounds[round].Select(trial => trial.Trial).Should().BeEquivalentTo(best);
        }

        result.Best.Round.Should().Be(3);
    }

    [Fact]
    public void A_failing_trial_is_a_row_and_the_others_go_on()
    {
        var result = _models.Experiment(Options(maxTrials: 8))
            .WithTrainer("broken", (_, _, _) => throw new NotSupportedException("Not here, \"sorry\",\nreally.")).Execute(_data);

        var failed = result.Trials.Where(trial => trial.Trainer == "broken").ToArray();
        failed.Should().NotBeEmpty().And.OnlyContain(trial => trial.Error == "Not here, \"sorry\",\nreally." && double.IsNaN(trial.Metric) && trial.Metrics.Count == 0);
        result.Trials.Should().HaveCount(8);
        result.Best.Trainer.Should().NotBe("broken");
    }

    [Fact]
    public void When_all_trials_fail_the_first_error_is_told()
    {
        var options = Options(maxTrials: 3);
        options.Trainers = [];

        _models.Experiment(options).WithTrainer("broken", (_, _, _) => throw new NotSupportedException("Not here."))
            .Invoking(experiment => experiment.Execute(_data))
            .Should().Throw<InvalidOperationException>().WithMessage("All 3 trials failed. The first, with trainer 'broken': Not here.");
    }

    [Fact]
    public void A_trainer_of_ones_own_gets_the_prepared_columns_and_may_be_a_chain()
    {
        var options = Options(maxTrials: 2);
        options.Trainers = [];
        var columns = new HashSet<(string, string)>();

        var result = _models.Experiment(options).WithTrainer("chain", (ml, label, features) =>
        {
            columns.Add((label, features));
            return ml.Transforms.NormalizeMinMax(features).Append(ml.MulticlassClassification.Trainers.NaiveBayes(label, features));
        }).Execute(_data);

        columns.Should().Equal(("Label", "Features"));
        result.Best.Metric.Should().BeGreaterThan(0.6);
    }

    private static RouteSaeExperiment Narrow(RouteSaeExperiment experiment) => experiment
        .Vary(o => o.Pooling, Pooling.Max, Pooling.Mean).Vary(o => o.Weighting, FeatureWeighting.None).Vary(o => o.TopFeatures, 20).Vary(o => o.MinimumActivation, 0);

    private static RouteSaeExperimentOptions Options(int maxTrials, int rounds = 1) => new()
    {
        MaxTrials = maxTrials,
        Rounds = rounds,
        Folds = 3,
        Seed = 2,
        Trainers = ["LbfgsMaximumEntropy L2=1"],
    };
}
