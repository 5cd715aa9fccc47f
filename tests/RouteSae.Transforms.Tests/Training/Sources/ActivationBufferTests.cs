using FluentAssertions;
using RouteSae.Training.Sources;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Sources;

public sealed class ActivationBufferTests
{
    [Theory]
    [InlineData(8, 2)]
    [InlineData(5, 3)]
    [InlineData(64, 2)]
    public void EveryRealTokenComesOutOnceAndTogetherWithItsOtherHiddenState(int batchTokens, int batches)
    {
        var mixed = Rows(new ActivationBuffer(batchTokens, batches, seed: 1).Mix(Numbered(10, 23)));

        mixed.SelectMany(rows => rows).Order().Should().Equal(Enumerable.Range(0, 230).Where(token => token % 3 != 0).Select(token => (float)token));
        mixed[..^1].Should().OnlyContain(rows => rows.Length == batchTokens);
    }

    [Fact]
    public void TokensOfManySequencesMeetInOneBatch()
    {
        var first = Rows(new ActivationBuffer(32, 8, seed: 1).Mix(Numbered(40, 16)))[0];

        first.Select(token => (int)token / 16).Distinct().Should().HaveCountGreaterThan(8);
    }

    [Fact]
    public void TheSeedDecidesTheOrder()
    {
        Flat(1).Should().Equal(Flat(1));
        Flat(1).Should().NotEqual(Flat(2));

        static float[] Flat(int seed) => Rows(new ActivationBuffer(8, 4, seed).Mix(Numbered(10, 23))).SelectMany(rows => rows).ToArray();
    }

    [Fact]
    public void NativeMemoryIsFreedAlsoWhenEnumerationStopsEarly()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        foreach (var batch in new ActivationBuffer(8, 4).Mix(Numbered(10, 23)))
        {
            batch.Dispose();
            break;
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    // Two hidden states of width 2; token t holds t and −t. Every third token is masked.
    private static IEnumerable<HiddenStateBatch> Numbered(int batches, int tokens)
    {
        for (var batch = 0; batch < batches; batch++)
        {
            using var scope = NewDisposeScope();
            var numbers = arange(batch * tokens, (batch + 1) * tokens, ScalarType.Float32);
            var wide = numbers.unsqueeze(1).expand(tokens, 2);
            yield return new HiddenStateBatch([wide.clone(), wide.neg()], numbers.remainder(3) != 0);
        }
    }

    private static float[][] Rows(IEnumerable<HiddenStateBatch> batches) => batches.Select(batch =>
    {
        using (batch)
        using (var scope = NewDisposeScope())
        {
            batch.Mask.Should().BeNull();
            var rows = batch.HiddenStates[0].select(1, 0).contiguous().data<float>().ToArray();
            batch.HiddenStates[1].select(1, 1).contiguous().data<float>().ToArray().Should().Equal(rows.Select(token => -token));
            return rows;
        }
    }).ToArray();
}
