using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using RouteSae.Kernels;
using Xunit;

namespace RouteSae.Tests.Training.Sources;

public sealed class RandomStreamTests
{
    [Fact]
    public void TheBitsAreThoseOfXoshiro256StarStar()
    {
        var random = new RandomStream([1UL, 2, 3, 4]);

        // The published reference implementation's first numbers from this state.
        Enumerable.Range(0, 10).Select(_ => random.NextBits()).Should().Equal(
            11520, 0, 1509978240, 1215971899390074240, 1216172134540287360,
            607988272756665600, 16172922978634559625, 8476171486693032832, 10595114339597558777, 2904607092377533576);
    }

    [Fact]
    public void ASeedIsSpreadBySplitMix64() =>
        // Vigna's splitmix64.c from 1234567.
        new RandomStream(1234567).State.Should().Equal(6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431);

    [Fact]
    public void AStateGoesOnWithTheSameNumbers() =>
        Prop.ForAll<long, byte>((seed, drawn) =>
        {
            var random = new RandomStream(seed);
            for (var i = 0; i < drawn; i++)
                random.NextBits();
            var resumed = new RandomStream(random.State);
            return Enumerable.Range(1, 50).All(bound => random.Next(bound) == resumed.Next(bound)) && random.NextDouble().Equals(resumed.NextDouble());
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void EveryNumberBelowTheBoundIsEquallyLikely(int bound)
    {
        var random = new RandomStream(3);
        var counts = new int[bound];
        for (var i = 0; i < 400 * bound; i++)
            counts[random.Next(bound)]++;

        counts.Should().OnlyContain(count => Math.Abs(count - 400) < 5 * 20, "400 draws each have a standard deviation of 20");
    }

    [Fact]
    public void TheLargestBoundIsReachedFromBothEnds()
    {
        var random = new RandomStream(4);
        var numbers = Enumerable.Range(0, 10_000).Select(_ => random.Next(int.MaxValue)).ToArray();

        numbers.Should().OnlyContain(number => number >= 0 && number < int.MaxValue);
        numbers.Min().Should().BeLessThan(int.MaxValue / 1000);
        numbers.Max().Should().BeGreaterThan(int.MaxValue - int.MaxValue / 1000);
    }

    [Fact]
    public void DoublesFillTheUnitInterval()
    {
        var random = new RandomStream(5);
        var numbers = Enumerable.Range(0, 10_000).Select(_ => random.NextDouble()).ToArray();

        numbers.Should().OnlyContain(number => number >= 0 && number < 1);
        numbers.Average().Should().BeApproximately(0.5, 5 * 0.29 / 100);
    }

    [Fact]
    public void ShufflesAreAllOrdersAlike()
    {
        var random = new RandomStream(6);
        var orders = Enumerable.Range(0, 6000).Select(_ =>
        {
            var elements = new[] { 'a', 'b', 'c' };
            random.Shuffle(elements.AsSpan());
            return new string(elements);
        }).GroupBy(order => order).ToDictionary(group => group.Key, group => group.Count());

        orders.Keys.Should().BeEquivalentTo("abc", "acb", "bac", "bca", "cab", "cba");
        orders.Values.Should().OnlyContain(count => Math.Abs(count - 1000) < 150);
    }

    [Fact]
    public void AnImpossibleStateIsRefused()
    {
        FluentActions.Invoking(() => new RandomStream([0UL, 0, 0, 0])).Should().Throw<ArgumentException>()
            .WithMessage("The state of a random stream is four numbers that are not all 0; this one is 0, 0, 0, 0.");
        FluentActions.Invoking(() => new RandomStream([1UL, 2])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new RandomStream(1).Next(0)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
