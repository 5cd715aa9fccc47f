using FluentAssertions;
using Microsoft.ML;
using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed class LabelTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Theory]
    [InlineData("Label", ExperimentMetric.MacroAccuracy, null)]
    [InlineData("Label", ExperimentMetric.MulticlassLogLoss, null)]
    [InlineData("Number", ExperimentMetric.MicroAccuracy, null)]
    [InlineData("IsFirst", ExperimentMetric.MacroAccuracy, null)]
    [InlineData("IsFirst", ExperimentMetric.AreaUnderRocCurve, null)]
    [InlineData("IsFirst", ExperimentMetric.BinaryAccuracy, null)]
    [InlineData("Label", ExperimentMetric.F1Score, "class 1")]
    [InlineData("Label", ExperimentMetric.BinaryLogLoss, "class 1")]
    public void Every_kind_of_label_is_learnt_and_the_best_is_best_by_the_metric(string label, ExperimentMetric metric, string? positive)
    {
        var result = Experiment(label, metric, positive).Execute(_ml.Data.LoadFromEnumerable(Ticket.Many(90)));

        result.Trials.Should().OnlyContain(trial => trial.Error == null || trial.Trainer == "LinearSvm");
        var values = result.Trials.Where(trial => trial.Error is null).Select(trial => trial.Metric).ToArray();
        var isLoss = metric is ExperimentMetric.MulticlassLogLoss or ExperimentMetric.BinaryLogLoss;
        result.Best.Metric.Should().Be(isLoss ? values.Min() : values.Max());
        result.Best.Metric.Should().Match(value => isLoss ? value < 0.9 : value > 0.8, "these texts are easy");
    }

    [Fact]
    public void A_key_of_texts_can_have_a_positive_class()
    {
        var data = _ml.Data.LoadFromEnumerable(Ticket.Many(90));
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

        var result = Experiment("Label", ExperimentMetric.BinaryAccuracy, "class 2").Execute(keyed);

        result.Best.Metric.Should().BeGreaterThan(0.8);
        _ml.BinaryClassification.EvaluateNonCalibrated(result.BestModel.Transform(keyed)).PositiveRecall.Should().BeGreaterThan(0.8);
    }

    [Fact]
    public void A_trainer_without_probabilities_has_no_log_loss_and_says_so()
    {
        var result = Experiment("IsFirst", ExperimentMetric.BinaryLogLoss, null).Execute(_ml.Data.LoadFromEnumerable(Ticket.Many(90)));

        var svm = result.Trials.Where(trial => trial.Trainer == "LinearSvm").ToArray();
        svm.Should().NotBeEmpty();
        svm[0].Error.Should().Be("BinaryLogLoss is NaN: what trainer 'LinearSvm' predicts gives no basis for it. Choose by another metric, or leave the trainer out.");
        svm[0].Metrics[ExperimentMetric.BinaryAccuracy].Should().BeGreaterThan(0.5, "the other metrics are measured");
    }

    [Fact]
    public void Rows_without_a_label_are_left_out()
    {
        var tickets = Ticket.Many(90);
        foreach (var ticket in tickets.Take(30))
        {
            ticket.Label = "";
        }

        var several = Experiment("Label", ExperimentMetric.MacroAccuracy, null).Execute(_ml.Data.LoadFromEnumerable(tickets));
        var two = Experiment("Label", ExperimentMetric.BinaryAccuracy, "class 1").Execute(_ml.Data.LoadFromEnumerable(tickets));

        several.Best.Rows.Should().Be(60);
        two.Best.Rows.Should().Be(60);
    }

    [Fact]
    public void Rows_of_a_validation_set_with_an_unknown_label_are_left_out()
    {
        var unknown = Ticket.Many(30);
        unknown[0].Label = "never seen";

        var result = Experiment("Label", ExperimentMetric.MicroAccuracy, null)
            .Execute(_ml.Data.LoadFromEnumerable(Ticket.Many(60)), _ml.Data.LoadFromEnumerable(unknown));

        result.Best.Error.Should().BeNull();
        (result.Best.Metric * 29).Should().BeApproximately(Math.Round(result.Best.Metric * 29), 1e-6, "29 rows are counted");
        result.Best.StandardDeviation.Should().Be(double.NaN);
        result.Best.Rows.Should().Be(60);
    }

    [Theory]
    [InlineData(1, "class 0", "*has 1 classes in 60 labelled rows of 60. At least 2 are needed.")]
    [InlineData(3, "never", "*has 1 classes (positive is 'never') in 60 labelled rows of 60. At least 2 are needed.")]
    public void One_class_is_not_enough(int classes, string positive, string message)
    {
        var tickets = Ticket.Many(180).Where(ticket => ticket.Number <= classes).Take(60);
        var metric = classes == 1 ? ExperimentMetric.MacroAccuracy : ExperimentMetric.F1Score;

        Experiment("Label", metric, classes == 1 ? null : positive).Invoking(experiment => experiment.Execute(_ml.Data.LoadFromEnumerable(tickets)))
            .Should().Throw<ArgumentException>().WithMessage(message);
    }

    private static RouteSaeExperiment Experiment(string label, ExperimentMetric metric, string? positive) => new CountedModels().Experiment(new RouteSaeExperimentOptions
    {
        LabelColumnName = label,
        Metric = metric,
        PositiveLabel = positive,
        MaxTrials = 6,
        Folds = 3,
        Seed = 1,
    });
}
