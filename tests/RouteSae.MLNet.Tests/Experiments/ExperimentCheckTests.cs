using FluentAssertions;
using Microsoft.ML;
using RouteSae.Features;
using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed class ExperimentCheckTests
{
    private readonly CountedModels _models = new();
    private readonly IDataView _data = new MLContext().Data.LoadFromEnumerable(Ticket.Many(60));

    [Fact]
    public void Everything_wrong_is_in_one_message_before_any_work()
    {
        var options = new RouteSaeExperimentOptions
        {
            TextColumnName = "Number",
            LabelColumnName = "Missing",
            Features = new RouteSaeOptions { MaxTokens = 0 },
            Trainers = ["FastTree"],
            MaxTrials = 0,
            GridSteps = 1,
            Rounds = 9,
            Reduction = 1,
            Folds = 1,
            TimeLimit = TimeSpan.Zero,
            CacheMegabytes = -1,
        };

        var error = _models.Experiment(options).Vary(o => o.Training!.LearningRate, 1e-3)
            .WithTrainer("mine", (_, _, _) => null!).WithTrainer("mine", (_, _, _) => null!)
            .Invoking(experiment => experiment.Execute(_data)).Should().Throw<ArgumentException>().Which;

        error.Message.Split(Environment.NewLine + "- ").Should().SatisfyRespectively(
            line => line.Should().Be("The RouteSae experiment cannot run:"),
            line => line.Should().Be("MaxTrials is 0. It must be at least 1."),
            line => line.Should().Be("GridSteps is 1. It must be at least 2."),
            line => line.Should().Be("Rounds is 9. It must be 1 to 8."),
            line => line.Should().Be("Reduction is 1. It must be at least 2."),
            line => line.Should().Be("Folds is 1. It must be at least 2."),
            line => line.Should().Be("TimeLimit is 00:00:00. It must be above 0 and at most 40 days, or null for none."),
            line => line.Should().Be("CacheMegabytes is -1. It must be 0 to 65536."),
            line => line.Should().Be("Features: MaxTokens is 0. It must be at least 1, or null for the whole context."),
            line => line.Should().StartWith("The training data: RouteSae reads text, but column 'Number' is a key."),
            line => line.Should().Be("The training data: The data has no label column 'Missing'. Its columns: Text, Label, Number, IsFirst."),
            line => line.Should().StartWith("There is no built-in trainer 'FastTree' for MacroAccuracy. Choose among 'LbfgsMaximumEntropy"),
            line => line.Should().Be("Trainer 'mine' is there 2 times. Give each a name of its own."),
            line => line.Should().Be("Training.LearningRate is to be varied, but Training is null in Features. Set it there."));
        _models.Opened.Should().BeEmpty();
    }

    [Fact]
    public void A_grid_beyond_the_limit_is_refused_with_its_size() =>
        Message(new RouteSaeExperimentOptions { Search = ExperimentSearch.Grid, Trainers = ["SdcaMaximumEntropy"], MaxTrials = 10 })
            .Should().Contain("The grid has 216 combinations, and more than MaxTrials (10) of them differ.", "6 poolings, 4 weightings, and 3 values of each of the two ranges");

    [Fact]
    public void Options_that_a_trial_could_not_use_are_refused()
    {
        var options = new RouteSaeExperimentOptions { Features = new RouteSaeOptions { AdditionalPoolings = [Pooling.Mean] }, MaxTrials = 200 };

        Message(options).Should().Contain("Pooling = Mean").And.Contain("AdditionalPoolings");
    }

    [Theory]
    [InlineData("Label", ExperimentMetric.F1Score, null, "PositiveLabel is null. For F1Score with a text or key label, say which label is the positive class.")]
    [InlineData("Label", ExperimentMetric.MacroAccuracy, "class 1", "PositiveLabel is 'class 1', but MacroAccuracy is a metric of several classes.")]
    [InlineData("IsFirst", ExperimentMetric.F1Score, "true", "PositiveLabel is 'true', but the label column 'IsFirst' is bool, where true is positive.")]
    [InlineData("Number", ExperimentMetric.F1Score, "1", "The label column 'Number' is a key without text values.")]
    public void A_positive_label_must_fit_the_task_and_the_column(string label, ExperimentMetric metric, string? positive, string message) =>
        Message(new RouteSaeExperimentOptions { LabelColumnName = label, Metric = metric, PositiveLabel = positive }).Should().Contain(message);

    [Fact]
    public void Features_that_are_null_or_not_numbers_are_told_in_a_sentence()
    {
        Message(new RouteSaeExperimentOptions { Features = null! }).Should()
            .EndWith("- Features is null. Leave the defaults, or give options for the feature column.");
        Message(new RouteSaeExperimentOptions { Features = new RouteSaeOptions { MinimumActivation = float.NaN } }).Should()
            .EndWith("- Features: MinimumActivation is NaN. It must be 0 or more.");
        _models.Experiment(new RouteSaeExperimentOptions()).Vary(o => o.MinimumActivation, float.NaN).Invoking(experiment => experiment.Execute(_data))
            .Should().Throw<ArgumentException>().WithMessage("*- Trial 1 (*): MinimumActivation is NaN. It must be 0 or more.*");
    }

    [Fact]
    public void A_missing_bundle_is_told_before_any_work()
    {
        var options = new RouteSaeExperimentOptions { Features = new RouteSaeOptions { Model = "/not/there" } };

        new MLContext().RouteSaeExperiment(options).Invoking(experiment => experiment.Execute(_data))
            .Should().Throw<ArgumentException>().WithMessage("The RouteSae experiment cannot run:*- *not*there*");
    }

    [Fact]
    public void Too_few_rows_for_the_folds_are_refused() =>
        _models.Experiment(new RouteSaeExperimentOptions { Folds = 31 }).Invoking(experiment => experiment.Execute(_data))
            .Should().Throw<ArgumentException>().WithMessage("60 labelled rows are too few for 31 folds: at least 62 are needed.*");

    [Theory]
    [InlineData(4, "Set Folds to 4 or lower, or give a validation set.")]
    [InlineData(1, "Give more rows, or give a validation set.")]
    public void Fewer_positive_rows_than_folds_are_refused(int positive, string remedy)
    {
        var tickets = Ticket.Many(60);
        tickets.RemoveAll(ticket => ticket.IsFirst);
        tickets.AddRange(Ticket.Many(60).Where(ticket => ticket.IsFirst).Take(positive));

        _models.Experiment(new RouteSaeExperimentOptions { LabelColumnName = "IsFirst", Metric = ExperimentMetric.F1Score })
            .Invoking(experiment => experiment.Execute(new MLContext().Data.LoadFromEnumerable(tickets)))
            .Should().Throw<ArgumentException>()
            .WithMessage($"The label column 'IsFirst' has {positive} positive and 40 negative rows. Each of the 5 folds needs one of both. {remedy}");
        _models.Texts.Should().Be(0);
    }

    [Fact]
    public void Vary_takes_options_and_values_only()
    {
        var experiment = _models.Experiment(new RouteSaeExperimentOptions());

        experiment.Invoking(e => e.Vary(o => o.Pooling.ToString(), "Max")).Should().Throw<ArgumentException>().WithMessage("'o.Pooling.ToString()' is not an option.*");
        experiment.Invoking(e => e.Vary(o => o.Pooling)).Should().Throw<ArgumentException>().WithMessage("No value of Pooling is given.*");
    }

    private string Message(RouteSaeExperimentOptions options) =>
        _models.Experiment(options).Invoking(experiment => experiment.Execute(_data)).Should().Throw<ArgumentException>().Which.Message;
}
