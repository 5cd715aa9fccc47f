using FluentAssertions;
using RouteSae.Interpretation;
using RouteSae.Tests.Features;
using TorchSharp;
using Xunit;

namespace RouteSae.Tests.Interpretation;

public sealed class InterpretableFeatureCounterTests
{
    private const int Unlimited = 100_000;

    private static readonly RandomCodes[] s_batches =
        [new(11, 3, 20), new(12, 2, 31, realShare: 0.7), new(13, 4, 12, hiddenStates: 3), new(14, 5, 20, hiddenStates: 2, realShare: 0.5)];

    [Theory]
    [InlineData(2, 5, 32)]
    [InlineData(2, 5, 3)]
    [InlineData(1, 9, 4)]
    [InlineData(3, 40, 10)]
    [InlineData(100, 20, 6)]
    [InlineData(2, 5, int.MaxValue)]
    public void At_every_threshold_it_counts_what_the_plain_rule_finds(int contexts, int minimum, int classes)
    {
        var rule = new InterpretabilityRule { ContextsPerToken = contexts, MinimumContexts = minimum, MaximumTokenClasses = classes };
        var counter = Counter(s_batches, rule);
        var counts = new List<InterpretableFeatures>();

        for (var threshold = 0.0; threshold < 3; threshold += 0.125)
        {
            counts.Add(counter.Count(threshold));
            counts[^1].Should().Be(new InterpretableFeatures
            {
                Threshold = threshold,
                Count = PlainCount(threshold, rule, classes),
                CountOnAnyTokens = PlainCount(threshold, rule, Unlimited),
            });
        }

        counts.Select(count => count.CountOnAnyTokens).Distinct().Should().HaveCountGreaterThan(2, "otherwise little is compared");
    }

    [Fact]
    public void The_limit_on_token_classes_leaves_latents_out() =>
        Counter(s_batches, new InterpretabilityRule()).Count(0.5).Should().Match<InterpretableFeatures>(features => features.Count < features.CountOnAnyTokens);

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(1.2)]
    public void The_threshold_lets_as_many_activations_through_as_wanted_and_hardly_any_more_would_fit(double perToken)
    {
        var counter = Counter(s_batches, new InterpretabilityRule());
        var activations = s_batches.SelectMany(batch => batch.Codes).Select(code => code.Value).Where(value => value > 0).ToArray();
        var tokens = s_batches.Sum(batch => batch.Real.Sum(row => row.Count(real => real)));

        var threshold = counter.ThresholdFor(perToken);

        counter.Tokens.Should().Be(tokens);
        activations.Count(value => value > threshold).Should().BeLessThanOrEqualTo((int)(perToken * tokens));
        activations.Count(value => value > threshold * (1 - 1.0 / 2048)).Should().BeGreaterThan((int)(perToken * tokens), "the threshold is the lowest one, to 1/4096");
    }

    [Fact]
    public void Where_there_are_fewer_activations_than_wanted_the_threshold_is_zero() =>
        Counter(s_batches, new InterpretabilityRule()).ThresholdFor(RandomCodes.Slots * 3).Should().Be(0);

    [Fact]
    public void Where_no_activation_is_wanted_none_is_above_the_threshold()
    {
        var counter = Counter(s_batches, new InterpretabilityRule { MinimumContexts = 1 });

        counter.ThresholdFor(0).Should().BeInRange(2.75, 2.75 * (1 + 1.0 / 4096));
        counter.Count(counter.ThresholdFor(0)).CountOnAnyTokens.Should().Be(0);
        counter.Count(2.7).CountOnAnyTokens.Should().BeGreaterThan(0);
    }

    [Fact]
    public void Negative_thresholds_are_refused()
    {
        var counter = Counter([], new InterpretabilityRule());

        counter.Invoking(own => own.Count(-1)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("The threshold must be 0 or more.*");
        counter.Invoking(own => own.ThresholdFor(double.NaN)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("The number of activations a token must be 0 or more.*");
    }

    [Fact]
    public void Batches_leave_no_tensor()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Counter(s_batches, new InterpretabilityRule());

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static InterpretableFeatureCounter Counter(RandomCodes[] batches, InterpretabilityRule rule)
    {
        var counter = new InterpretableFeatureCounter(RandomCodes.Latents, RandomCodes.Tokenizer, rule);
        foreach (var batch in batches)
            batch.AddTo(counter.Add);
        return counter;
    }

    private static int PlainCount(double threshold, InterpretabilityRule rule, int classes) => PlainContexts.Of(s_batches, new FeatureContextOptions
    {
        Threshold = threshold,
        ContextsPerToken = rule.ContextsPerToken,
        MinimumContexts = rule.MinimumContexts,
        MaximumTokenClasses = classes,
    }).Count;
}
