using FluentAssertions;
using RouteSae.Features;
using RouteSae.Tests.Native;
using Xunit;

namespace RouteSae.Tests.Features;

/// <summary>The memory that the system sees. The allocator's heap must not fall to pieces over calls with texts of ever other lengths.</summary>
[CollectionDefinition(nameof(ResidentMemoryTests), DisableParallelization = true)]
[Collection(nameof(ResidentMemoryTests))]
public sealed class ResidentMemoryTests
{
    private const long Generous = 200L << 20;

    [LinuxFact]
    public void It_stays_bounded_over_many_calls_with_texts_of_mixed_lengths()
    {
        using var featurizer = SmallBundle.Build().LoadFeaturizer();
        for (var call = 0; call < 3; call++)
            featurizer.Featurize(Texts(call), Pooling.Max);
        var before = Environment.WorkingSet;

        for (var call = 3; call < 40; call++)
            featurizer.Featurize(Texts(call), Pooling.Max);

        (Environment.WorkingSet - before).Should().BeLessThan(Generous);
    }

    private static string[] Texts(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 200).Select(_ => string.Concat(Enumerable.Repeat("the order has not arrived. ", 1 << random.Next(6))))];
    }
}
