using FluentAssertions;
using Microsoft.ML;
using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

public sealed class ValidationSetTests
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Keys_of_different_classes_in_the_two_sets_are_refused()
    {
        var validation = Ticket.Many(30);
        validation.Reverse();

        Experiment(ExperimentMetric.MacroAccuracy).Invoking(experiment => experiment.Execute(Keyed(Ticket.Many(60)), Keyed(validation)))
            .Should().Throw<ArgumentException>().WithMessage("*- The label column 'Label' has keys of different classes in the training data and the validation set*Map both with one fitted MapValueToKey*");
    }

    [Fact]
    public void Keys_of_the_same_classes_are_taken()
    {
        var result = Experiment(ExperimentMetric.MacroAccuracy).Execute(Keyed(Ticket.Many(60)), Keyed(Ticket.Many(30)));

        result.Best.Metric.Should().BeGreaterThan(0.6);
    }

    [Fact]
    public void Keys_mapped_each_in_its_own_way_still_name_the_positive_class()
    {
        var validation = Ticket.Many(30);
        validation.Reverse();

        var result = Experiment(ExperimentMetric.BinaryAccuracy, "class 0").Execute(Keyed(Ticket.Many(90)), Keyed(validation));

        result.Best.Metric.Should().BeGreaterThan(0.8);
    }

    [Fact]
    public void A_label_of_another_type_is_one_message()
    {
        var numbers = _ml.Transforms.Conversion.ConvertType("Label", "IsFirst").Fit(Data(Ticket.Many(30))).Transform(Data(Ticket.Many(30)));

        Experiment(ExperimentMetric.MacroAccuracy).Invoking(experiment => experiment.Execute(Data(Ticket.Many(60)), numbers))
            .Should().Throw<ArgumentException>().Which.Message.Split(Environment.NewLine).Should()
            .Equal("The RouteSae experiment cannot run:", "- The label column 'Label' is String in the training data and Single in the validation set. Give both the same type.");
    }

    [Fact]
    public void A_set_without_one_of_two_classes_is_refused() =>
        Experiment(ExperimentMetric.AreaUnderRocCurve, "class 1")
            .Invoking(experiment => experiment.Execute(Data(Ticket.Many(60)), Data(Ticket.Many(60).Where(ticket => ticket.Label != "class 1").Take(20))))
            .Should().Throw<ArgumentException>()
            .WithMessage("The validation set has 0 positive (positive is 'class 1') and 20 negative rows in column 'Label'. AreaUnderRocCurve needs both.*");

    private static RouteSaeExperiment Experiment(ExperimentMetric metric, string? positive = null) =>
        new CountedModels().Experiment(new RouteSaeExperimentOptions { Metric = metric, PositiveLabel = positive, MaxTrials = 3, Seed = 1 });

    private IDataView Data(IEnumerable<Ticket> tickets) => _ml.Data.LoadFromEnumerable(tickets);

    private IDataView Keyed(IEnumerable<Ticket> tickets) => _ml.Transforms.Conversion.MapValueToKey("Label").Fit(Data(tickets)).Transform(Data(tickets));
}
