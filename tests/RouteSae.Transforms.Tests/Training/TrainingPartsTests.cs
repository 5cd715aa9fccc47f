using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using RouteSae.Training.Objectives;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>The small parts of training, by hand-computed examples.</summary>
public sealed class TrainingPartsTests
{
    [Fact]
    public void LoadBalanceIsOneWhenBalancedAndLWhenAllTokensGoOneWay()
    {
        using var scope = NewDisposeScope();
        var balanced = Routed(RoutingMode.Hard, [0.5f, 0.5f, 0.5f, 0.5f], [0, 1]);
        var oneWay = Routed(RoutingMode.Hard, [1, 0, 1, 0], [0, 0]);
        // Shares 1/2 and 1/2, mean probabilities 0.6 and 0.4: 2 · (0.3 + 0.2).
        var uneven = Routed(RoutingMode.Hard, [0.8f, 0.2f, 0.4f, 0.6f], [0, 1]);

        LoadBalance.Loss(balanced).item<float>().Should().BeApproximately(1, 1e-6f);
        LoadBalance.Loss(oneWay).item<float>().Should().BeApproximately(2, 1e-6f);
        LoadBalance.Loss(uneven).item<float>().Should().BeApproximately(1, 1e-6f);
    }

    [Fact]
    public void RoutingStatisticsOfHardRoutingAreCounts()
    {
        using var scope = NewDisposeScope();
        var statistics = new RoutingStatistics(2);

        statistics.Add(Routed(RoutingMode.Hard, [1, 0, 1, 0], [0, 0]));
        statistics.Add(Routed(RoutingMode.Hard, [0.5f, 0.5f, 0.5f, 0.5f], [1, 0]));

        statistics.Tokens.Should().Be(4);
        statistics.LayerWeightSums.Should().Equal(3, 1);
        statistics.Share.Should().Equal(0.75, 0.25);
        statistics.ShareEntropy.Should().BeApproximately(-0.75 * Math.Log(0.75) - 0.25 * Math.Log(0.25), 1e-12);
        statistics.TokenEntropy.Should().BeApproximately(Math.Log(2) / 2, 1e-7);
    }

    [Fact]
    public void RoutingStatisticsOfSoftRoutingAddProbabilities()
    {
        using var scope = NewDisposeScope();
        var statistics = new RoutingStatistics(2);

        statistics.Add(Routed(RoutingMode.Soft, [0.75f, 0.25f, 0.25f, 0.75f], [0, 1]));
        statistics.Add(Routed(RoutingMode.Soft, [1, 0, 1, 0], [0, 0]));

        statistics.LayerWeightSums.Should().Equal(3, 1);
        statistics.Reset();
        statistics.Share.Should().Equal(0, 0);
    }

    [Fact]
    public void ALatentDiesWhenItHasNotFiredForLongAndLivesAgainWhenItFires()
    {
        using var scope = NewDisposeScope();
        using var tracker = new DeadLatentTracker(4, deadAfterTokens: 4);
        var codes = new SparseCodes(tensor(new long[] { 0, 1, 0, 2 }).view(2, 2), tensor(new float[] { 1, 0, 2, -1 }).view(2, 2));

        tracker.Update(codes);
        tracker.DeadLatents().shape[0].Should().Be(0);
        tracker.Update(codes);

        // Latent 1 is in a slot of value 0, which is not firing; a negative value of the reference is.
        tracker.DeadLatents().data<long>().ToArray().Should().Equal(1, 3);
        tracker.TokensSinceFired.data<long>().ToArray().Should().Equal(0, 4, 0, 4);
        tracker.Update(new SparseCodes(tensor(new long[] { 3 }).view(1, 1), tensor(new float[] { 5 }).view(1, 1)));
        tracker.DeadLatents().data<long>().ToArray().Should().Equal(1);
    }

    [Fact]
    public void TheGeometricMedianIgnoresAnOutlierThatDragsTheMean()
    {
        using var scope = NewDisposeScope();
        var points = tensor(new float[] { 0, 0, 2, 0, 0, 2, 2, 2, 1, 1, 1000, 1000 }).view(6, 2);

        var median = GeometricMedian.Of(points, iterations: 200);

        // By symmetry it lies on the diagonal; five points around (1, 1) hold it there against one far away.
        median.data<float>().ToArray().Should().OnlyContain(value => Math.Abs(value - 1) < 0.1);
    }

    [Fact]
    public void TheGeometricMedianOfATriangleWithEqualSidesIsItsCenter()
    {
        using var scope = NewDisposeScope();
        var points = tensor(new double[] { 1, 0, -0.5, Math.Sqrt(3) / 2, -0.5, -Math.Sqrt(3) / 2 }).view(3, 2) + 4;

        GeometricMedian.Of(points).ShouldBeClose(tensor(new double[] { 4, 4 }), "median", absolute: 1e-9);
    }

    [Fact]
    public void ABatchRefusesTensorsThatDoNotAgree()
    {
        var ragged = () => new HiddenStateBatch([zeros(4, 8), zeros(5, 8)]);
        var mask = () => new HiddenStateBatch([zeros(4, 8)], zeros(4));
        var none = () => new HiddenStateBatch([]);

        ragged.Should().Throw<ArgumentException>().WithMessage(
            "The hidden states of a batch must all have one shape [tokens, hidden size]; these have [4, 8] and [5, 8].");
        mask.Should().Throw<ArgumentException>().WithMessage("The mask of a batch must be Bool [4], one value a token; this one is Float32 [4].");
        none.Should().Throw<ArgumentException>().WithMessage("A batch needs the hidden states of at least one layer.");
    }

    private static RoutedActivations Routed(RoutingMode mode, float[] probabilities, long[] chosen) => new(
        zeros(chosen.Length, 3), tensor(probabilities).view(chosen.Length, -1), tensor(chosen), mode);
}
