using FluentAssertions;
using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.Parts;
using RouteSae.Benchmarks.Reporting;
using Xunit;

namespace RouteSae.Benchmarks.Tests;

/// <summary>From timings to Markdown. No test here asserts how long anything takes.</summary>
public sealed class ReportTests
{
    [Fact]
    public void RatioIsTheMedianOfTheRounds()
    {
        var plain = new Timing("plain port", [4, 6, 20], 1.5);
        var fast = new Timing("Auto", [2, 2, 2], 2);
        var table = new ComparisonTable("Encode");

        table.Add("paper", 2_000_000, [plain, fast]);

        table.ToMarkdown().Should().StartWith("## Encode\n\n| case |");
        table.ToMarkdown().Should().Contain("| paper | plain port | 1 |  | 3.00 | 333,333 | 1.50 |\n");
        table.ToMarkdown().Should().Contain("| paper | Auto | 3.00 | 2.00–10.00 | 1.00 | 1,000,000 | 2.00 |\n");
    }

    [Fact]
    public void EveryVariantTakesEveryRound()
    {
        var order = new List<string>();
        var timings = AlternatingRounds.Measure(
            [new("a", () => order.Add("a"), () => order.Add("warm a")), new("b", () => order.Add("b"), () => order.Add("warm b"))], rounds: 3);

        order.Should().Equal("warm a", "warm b", "a", "b", "b", "a", "a", "b");
        timings.Select(timing => timing.Rounds.Count).Should().Equal(3, 3);
    }

    [Theory]
    [InlineData("inference", 5)]
    [InlineData("train", 7)]
    public void PartsReportEveryPath(string name, int rows)
    {
        using var console = new StringWriter();
        var report = new BenchmarkReport(console);
        IPart part = name == "train" ? new TrainPart() : new InferencePart();

        part.Run(new BenchmarkOptions { Scales = [SmallCase.Scales[0]], Rounds = 1 }, report);

        var markdown = report.ToMarkdown();
        markdown.Split('\n').Count(line => line.StartsWith("| even: D 64, L 4, M 256, K 8; 96 tokens |", StringComparison.Ordinal)).Should().Be(rows);
        console.ToString().Should().Contain(markdown.Split('\n')[0]);
    }
}
