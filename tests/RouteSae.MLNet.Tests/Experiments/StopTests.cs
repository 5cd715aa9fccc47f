using FluentAssertions;
using Microsoft.ML;
using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed class StopTests
{
    private readonly CountedModels _models = new();
    private readonly IDataView _data = new MLContext().Data.LoadFromEnumerable(Ticket.Many(60));

    [Fact]
    public void A_cancelled_experiment_gives_the_best_so_far()
    {
        using var stop = new CancellationTokenSource();
        var progress = new ProgressList(report =>
        {
            if (report.CompletedTrials == 2)
            {
                stop.Cancel();
            }
        });

        var result = _models.Experiment(Options()).Execute(_data, progress, stop.Token);

        result.End.Should().Be(ExperimentEnd.Cancelled);
        result.Trials.Should().HaveCount(2);
        new MLContext().Data.CreateEnumerable<TicketClass>(result.BestModel.Transform(_data), reuseRowObject: false).Select(ticket => ticket.PredictedLabel)
            .Should().HaveCount(60).And.OnlyContain(label => label.StartsWith("class "));
    }

    [Fact]
    public void A_trial_that_was_broken_off_is_not_in_the_results()
    {
        using var stop = new CancellationTokenSource();
        var options = Options();
        var fits = 0;

        var result = _models.Experiment(options).WithTrainer("late", (_, _, _) =>
        {
            fits++;
            stop.Cancel();
            throw new InvalidOperationException("stopped");
        }).Execute(_data, cancellationToken: stop.Token);

        fits.Should().Be(1);
        result.Trials.Should().NotContain(trial => trial.Trainer == "late").And.NotBeEmpty();
    }

    [Fact]
    public void A_trainer_at_work_is_told_to_stop()
    {
        using var stop = new CancellationTokenSource();
        InterruptedFit? trainer = null;

        var result = _models.Experiment(Options())
            .WithTrainer("interrupted", (ml, label, features) => trainer = new InterruptedFit(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(label, features), stop.Cancel))
            .Execute(_data, cancellationToken: stop.Token);

        trainer!.Error.Should().BeOfType<OperationCanceledException>("the trainer checks its context at every row");
        result.End.Should().Be(ExperimentEnd.Cancelled);
        result.Trials.Should().OnlyContain(trial => trial.Trainer != "interrupted");
    }

    [Fact]
    public void Cancelled_before_a_trial_succeeded_it_throws()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        _models.Experiment(Options()).Invoking(experiment => experiment.Execute(_data, cancellationToken: stop.Token))
            .Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(stop.Token);
    }

    [Fact]
    public void Out_of_time_before_a_trial_succeeded_it_throws()
    {
        var options = Options();
        options.TimeLimit = TimeSpan.FromTicks(1);

        _models.Experiment(options).Invoking(experiment => experiment.Execute(_data)).Should().Throw<TimeoutException>().WithMessage("The time limit of 00:00:00.0000001 was up*");
    }

    [Fact]
    public void Out_of_time_after_a_trial_it_gives_the_best_so_far()
    {
        var options = Options();
        options.TimeLimit = TimeSpan.FromHours(1);
        var clock = new StoppedClock();
        var progress = new ProgressList(report =>
        {
            if (report.CompletedTrials == 1 && report.Last is not null)
            {
                clock.TimeIsUp();
            }
        });
        var experiment = _models.Experiment(options);
        experiment.Clock = clock;

        var result = experiment.Execute(_data, progress);

        result.End.Should().Be(ExperimentEnd.TimeLimit);
        result.Trials.Should().ContainSingle();
    }

    [Fact]
    public void A_trial_whose_trainer_stopped_early_without_a_word_is_not_in_the_results()
    {
        using var stop = new CancellationTokenSource();
        var options = Options();
        options.Trainers = [];
        var fits = 0;

        _models.Experiment(options)
            .WithTrainer("silent", (ml, label, features) => new InterruptedFit(
                ml.MulticlassClassification.Trainers.NaiveBayes(label, features), () =>
                {
                    if (++fits == options.Folds)
                    {
                        stop.Cancel();
                    }
                }))
            .Invoking(experiment => experiment.Execute(_data, cancellationToken: stop.Token)).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Trainers_that_fail_in_their_fit_leave_no_claim_on_the_network()
    {
        var result = _models.Experiment(Options())
            .WithTrainer("broken", (ml, label, features) => new InterruptedFit(
                ml.MulticlassClassification.Trainers.NaiveBayes(label, features), () => throw new InvalidOperationException("broken")))
            .Execute(_data);

        result.Trials.Should().Contain(trial => trial.Error == "broken");
        result.Dispose();
        _models.Opened.Single().Model.Shared.IsLoaded.Should().BeFalse();
    }

    [Fact]
    public void Progress_tells_of_texts_and_trials()
    {
        var progress = new ProgressList();

        var result = _models.Experiment(Options()).Execute(_data, progress);

        progress.Reports[0].Should().Match<ExperimentProgress>(report => report.Last == null && report.Best == null && report.EncodedTexts > 0);
        progress.Reports.Where(report => report.Last is not null).Select(report => report.Last).Should().Equal(result.Trials);
        progress.Reports[^1].Should().Match<ExperimentProgress>(
            report => report.CompletedTrials == 5 && report.TotalTrials == 5 && report.EncodedTexts == 60 && report.Best == result.Best);
    }

    [Fact]
    public void After_the_experiment_only_the_best_model_holds_the_network()
    {
        var result = _models.Experiment(Options()).Execute(_data);
        var network = _models.Opened.Single().Model;

        network.Shared.IsLoaded.Should().BeTrue();
        result.Dispose();
        network.Shared.IsLoaded.Should().BeFalse();
        result.Dispose();
        result.BestModel.Transform(_data).Preview(1).RowView.Should().ContainSingle("the network is loaded again");
    }

    private static RouteSaeExperimentOptions Options() => new() { MaxTrials = 5, Folds = 2, Seed = 2, Trainers = ["LbfgsMaximumEntropy L2=1"] };
}
