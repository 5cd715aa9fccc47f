using System.Text.Json;
using FluentAssertions;
using TextClassification;
using Xunit;

namespace RouteSae.Tools.Tests;

public sealed class ReportTests
{
    [Fact]
    public void The_file_has_the_documented_fields()
    {
        var path = Path.GetTempFileName();
        try
        {
            var quality = new Quality(0.5, 0.4, 1.5);
            new Report
            {
                Accuracy = 0.9, MacroF1 = 0.8, LogLoss = 0.3, TextsPerSecond = 100, IdenticalAfterReload = true,
                Baselines = new Dictionary<string, Quality> { ["majority"] = quality, ["featurizeText"] = quality },
            }.Write(path);

            using var json = JsonDocument.Parse(File.ReadAllText(path));
            json.RootElement.EnumerateObject().Select(property => property.Name).Should().BeEquivalentTo(
                "accuracy", "macroF1", "logLoss", "baselines", "textsPerSecond", "identicalAfterReload");
            json.RootElement.GetProperty("baselines").GetProperty("majority").EnumerateObject().Select(property => property.Name)
                .Should().BeEquivalentTo("accuracy", "macroF1", "logLoss");
        }
        finally
        {
            File.Delete(path);
        }
    }
}
