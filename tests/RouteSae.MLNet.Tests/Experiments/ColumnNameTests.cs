using FluentAssertions;
using Microsoft.ML;
using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed class ColumnNameTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data = new MLContext().Data.LoadFromEnumerable(Ticket.Many(60));

    [Theory]
    [InlineData("PredictedLabel")]
    [InlineData("Score")]
    [InlineData("Probability")]
    public void A_label_that_the_trainer_would_overwrite_is_refused(string name) =>
        Experiment(options => options.LabelColumnName = name)
            .Invoking(experiment => experiment.Execute(With(_ml.Transforms.CopyColumns(name, "Label"))))
            .Should().Throw<ArgumentException>().WithMessage($"*- The label column is '{name}', which trainers write their results to. Rename it.");

    [Fact]
    public void A_label_called_Features_gives_the_features_another_name()
    {
        var data = With(_ml.Transforms.CopyColumns("Features", "Label"));

        using var result = Experiment(options => options.LabelColumnName = "Features").Execute(data);

        result.Best.Metric.Should().BeGreaterThan(0.6);
        result.BestModel.Transform(data).Schema.Should().Contain(column => column.Name == "RouteSaeFeatures");
    }

    [Fact]
    public void A_further_column_called_Features_gives_the_features_another_name()
    {
        using var result = Experiment(options => options.Features.RoutingShareColumnName = "Features").Execute(_data);

        result.Trials.Should().OnlyContain(trial => trial.Error == null);
        result.Best.Metric.Should().BeGreaterThan(0.6);
    }

    [Theory]
    [InlineData("Label", "TokensColumnName is 'Label', the name of the label column. Choose another.")]
    [InlineData("Score", "TokensColumnName is 'Score', the name of a column that trainers write their results to. Choose another.")]
    public void A_further_column_in_the_way_of_others_is_refused(string name, string message)
    {
        Experiment(options => options.Features.TokensColumnName = name).Invoking(experiment => experiment.Execute(_data))
            .Should().Throw<ArgumentException>().WithMessage($"*- Features: {message}");
        Experiment(options => options.MaxTrials = 20).Vary(o => o.TokensColumnName, null, name).Invoking(experiment => experiment.Execute(_data))
            .Should().Throw<ArgumentException>().WithMessage($"*- Trial *: {message}*");
    }

    [Fact]
    public void A_column_of_the_users_called_Probability_is_not_taken_for_the_trainers()
    {
        using var result = Experiment(options =>
        {
            options.LabelColumnName = "IsFirst";
            options.Metric = ExperimentMetric.BinaryAccuracy;
            options.Trainers = ["LinearSvm"];
        }).Execute(With(_ml.Transforms.Conversion.ConvertType("Probability", "IsFirst")));

        result.Best.Metrics[ExperimentMetric.BinaryLogLoss].Should().Be(double.NaN, "LinearSvm gives no probabilities");
    }

    private static RouteSaeExperiment Experiment(Action<RouteSaeExperimentOptions> set)
    {
        var options = new RouteSaeExperimentOptions { MaxTrials = 2, Folds = 2, Seed = 1 };
        set(options);
        return new CountedModels().Experiment(options);
    }

    private IDataView With(IEstimator<ITransformer> column) => column.Fit(_data).Transform(_data);
}
