using System.Text.Json;
using FluentAssertions;
using RouteSae.Training.Optimization;
using Xunit;

namespace RouteSae.Tests.Training.Optimization;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void EveryScheduleEqualsReference()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("sae", "functions.json")));
        foreach (var golden in json.RootElement.GetProperty("schedules").EnumerateArray())
        {
            var steps = golden.GetProperty("num_training_steps").GetInt32();
            var schedule = new LearningRateSchedule(golden.GetProperty("max_lr").GetDouble(), steps);
            var expected = golden.GetProperty("lr").EnumerateArray().Select(rate => rate.GetDouble()).ToArray();

            var actual = Enumerable.Range(0, steps).Select(schedule.At).ToArray();

            actual.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-15, $"{steps} steps");
            schedule.At(steps).Should().Be(golden.GetProperty("lr_after_last_step").GetDouble());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void TotalsWithoutRoomForDecayStayConstantWhereTheReferenceDividesByZero(int steps)
    {
        var schedule = new LearningRateSchedule(1e-3, steps);

        Enumerable.Range(0, steps).Select(schedule.At).Should().AllBeEquivalentTo(1e-3);
        schedule.At(steps).Should().Be(0);
    }
}
