using FluentAssertions;
using TextClassification;
using Xunit;

namespace RouteSae.Tools.Tests;

public sealed class QualityTests
{
    [Fact]
    public void Metrics_are_those_computed_by_hand()
    {
        string[] labels = ["a", "b"];
        Prediction[] predictions =
        [
            new() { Label = "a", PredictedLabel = "a", Score = [0.8f, 0.2f] },
            new() { Label = "a", PredictedLabel = "b", Score = [0.4f, 0.6f] },
            new() { Label = "b", PredictedLabel = "b", Score = [0.5f, 0.5f] },
        ];

        var quality = Quality.Of(predictions, labels);

        quality.Accuracy.Should().BeApproximately(2.0 / 3, 1e-12);
        quality.MacroF1.Should().BeApproximately((2.0 / 3 + 2.0 / 3) / 2, 1e-12); // a: P 1, R 1/2; b: P 1/2, R 1
        quality.LogLoss.Should().BeApproximately(-(Math.Log(0.8) + Math.Log(0.4) + Math.Log(0.5)) / 3, 1e-6);
    }

    [Fact]
    public void A_class_that_the_model_does_not_know_costs_the_largest_loss()
    {
        Prediction[] predictions = [new() { Label = "c", PredictedLabel = "a", Score = [1f] }];

        Quality.Of(predictions, ["a"]).Should().BeEquivalentTo(new { Accuracy = 0.0, MacroF1 = 0.0 });
        Quality.Of(predictions, ["a"]).LogLoss.Should().BeApproximately(-Math.Log(1e-15), 1e-9);
    }
}
