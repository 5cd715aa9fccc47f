using FluentAssertions;
using RouteSae.ClassificationBenchmark;
using Xunit;

namespace RouteSae.Benchmarks.Tests.TextClassification;

public sealed class ScoresTests
{
    [Fact]
    public void ScoresAreThoseByHand()
    {
        // Class 0: precision 1/2, recall 1/1; class 1: precision 1/1, recall 1/2; class 2 never occurs.
        var predictions = new Predictions([0, 0, 1], [0.5f, 2, 0.25f]);

        var scores = Scores.Of(predictions, [0, 1, 1], classes: 3, [0, 1, 2]);

        scores.Accuracy.Should().BeApproximately(2 / 3.0, 1e-12);
        scores.MacroF1.Should().BeApproximately(2 / 3.0, 1e-12);
        scores.LogLoss.Should().BeApproximately(2.75 / 3, 1e-12);
        Scores.Of(predictions, [0, 1, 1], 3, [1, 1, 1]).Should().Be(new Scores(0, 0, 2));
    }

    [Fact]
    public void AnIntervalOfAccuracyIsThatOfTheBinomialDistribution()
    {
        // 400 rows, half of them right: a standard deviation of √(0.25 / 400) = 0.025.
        var predictions = new Predictions([.. Enumerable.Range(0, 400).Select(row => row % 2)], new float[400]);

        var interval = Interval.Of([.. new Bootstrap(400, seed: 1).ScoresOf(predictions, new int[400], 2).Select(scores => scores.Accuracy)]);

        interval.Low.Should().BeApproximately(0.5 - 1.96 * 0.025, 0.006);
        interval.High.Should().BeApproximately(0.5 + 1.96 * 0.025, 0.006);
    }

    [Fact]
    public void DifferencesAreTakenOnTheSameDraws()
    {
        // The second is right wherever the first is, and on one row more.
        var bootstrap = new Bootstrap(100, seed: 1);
        var (labels, first, second) = (new int[100], new int[100], new int[100]);
        for (var row = 0; row < 50; row++)
            (first[row], second[row]) = (1, row == 0 ? 0 : 1);
        var differences = bootstrap.ScoresOf(new Predictions(second, new float[100]), labels, 2)
            .Zip(bootstrap.ScoresOf(new Predictions(first, new float[100]), labels, 2), (left, right) => left.Accuracy - right.Accuracy).ToArray();

        differences.Should().OnlyContain(difference => difference >= 0 && difference < 0.08);
        Interval.Of(differences).Low.Should().Be(0);
        Measure.Accuracy.Verdict(Interval.Of(differences)).Should().Be(0);
        Measure.LogLoss.Verdict(new Interval(-2, -1)).Should().Be(1, "less log-loss is better");
    }

    [Fact]
    public void FIsThatOfAnAnalysisOfVariance()
    {
        // Column 0: means 1 and 3 of (0, 2) and (3, 3): between = 4, within = 2 over 2 degrees of freedom. Column 1 is constant, column 2 tells apart fully.
        var rows = SparseRows.Dense([0, 5, 1, 2, 5, 1, 3, 5, 2, 3, 5, 2], 3);

        var scores = FeatureRanking.Scores(rows, [0, 1, 2, 3], [0, 0, 1, 1], classes: 2);

        scores[0].Should().BeApproximately(4 / (2 / 2.0), 1e-9);
        scores[1].Should().Be(0);
        scores[2].Should().Be(double.PositiveInfinity);
        FeatureRanking.Best(rows, [0, 1, 2, 3], [0, 0, 1, 1], 2, count: 5).Should().Equal(2, 0);
    }

    [Fact]
    public void RankingLooksAtTrainingRowsAlone()
    {
        var rows = SparseRows.Dense([0, 1, 0, 1, 1, 0, 9, 0], 2);

        FeatureRanking.Scores(rows, [0, 1, 2], [0, 0, 1, 0], 2).Should().Equal(FeatureRanking.Scores(rows with { Values = [0, 1, 0, 1, 1, 0, 0, 0] }, [0, 1, 2], [0, 0, 1, 0], 2));
    }

    [Fact]
    public void ScalingIsMeasuredOnTrainingRows()
    {
        var rows = SparseRows.Dense([1, 0, 3, 4, 100, 100], 2);

        var unit = ScaledRows.Of(rows, FeatureScaling.UnitColumns, [0, 1]).Rows;

        unit.ValuesOf(0).ToArray().Should().Equal([-MathF.Sqrt(0.5f), -MathF.Sqrt(0.5f)], (value, expected) => Math.Abs(value - expected) < 1e-6);
        unit.ValuesOf(2)[0].Should().BeApproximately(98 * MathF.Sqrt(0.5f), 1e-3f);
        unit.MeanSquaredLength([0, 1]).Should().BeApproximately(1, 1e-6);
    }
}
