using FluentAssertions;
using Xunit;

namespace RouteSae.Fuzz.Tests;

/// <summary>Whatever a file holds, a loader gives a result or an exception that it documents, soon and without much memory.</summary>
public sealed class FuzzTests
{
    private const int Inputs = 5_000;
    private const int Seed = 1;

    public static TheoryData<string> Formats => [.. AllFormats.Names];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_mutated_file_is_read_or_refused_as_documented(string name)
    {
        var result = new FuzzRun(AllFormats.Make(name), Seed).Execute(first: 0, Inputs);

        result.Failures.Should().BeEmpty("each input must be read or refused; replay one with: dotnet run --project tests/Fuzz -c Release -- --format {0} --seed {1} --input NUMBER", name, Seed);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_seeds_are_valid_and_most_mutations_change_them(string name)
    {
        var format = AllFormats.Make(name);
        var run = new FuzzRun(format, Seed);

        foreach (var seed in format.Seeds)
        {
            format.Invoking(one => one.Load(seed)).Should().NotThrow();
        }

        Enumerable.Range(0, 100).Count(number => !format.Seeds.Any(seed => seed.AsSpan().SequenceEqual(run.Input(number)))).Should().BeGreaterThan(80);
    }
}
