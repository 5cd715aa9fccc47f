using FluentAssertions;
using RouteSae.Benchmarks.PlainPort;
using RouteSae.Benchmarks.Work;
using RouteSae.Training;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Tests;

/// <summary>Plain port and product take the same training steps.</summary>
public sealed class PlainTrainingTests
{
    /// <summary>Enough to pass two unit norms of the decoder.</summary>
    private const int Steps = 12;

    public static IEnumerable<object[]> Cases => SmallCase.All();

    [Theory]
    [MemberData(nameof(Cases))]
    public void LossAndGradientsAreTheSame(string path, string fidelity, string scale)
    {
        using var scope = NewDisposeScope();
        using var small = SmallCase.Of(path, fidelity, scale);
        using var trainer = new AutoencoderTrainer(small.Model, PathTrainers.Options());
        using var plain = new PlainTrainer(small.Plain);

        var loss = trainer.Step(small.Batch(0));
        var expected = plain.Step(small.Batch(0).HiddenStates);

        loss.Should().BeApproximately(expected, 1e-5 * expected);
        foreach (var (parameter, moments) in trainer.Optimizer.Parameters.Zip(trainer.Optimizer.Adam.Moments))
        {
            // After one step, Adam's first moment is the gradient times 1 − β₁.
            var gradient = parameter.ToStored(moments.First) / (1 - trainer.Options.Beta1);
            gradient.ShouldEqual(small.Plain.Parameters[parameter.Name].grad!, $"the gradient of {parameter.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TrajectoryIsTheSame(string path, string fidelity, string scale)
    {
        using var scope = NewDisposeScope();
        using var small = SmallCase.Of(path, fidelity, scale);
        using var trainer = new AutoencoderTrainer(small.Model, PathTrainers.Options());
        using var plain = new PlainTrainer(small.Plain);

        for (var step = 0; step < Steps; step++)
        {
            var expected = plain.Step(small.Batch(step).HiddenStates);
            trainer.Step(small.Batch(step)).Should().BeApproximately(expected, 1e-5 * expected, $"the loss of step {step}");
        }

        foreach (var parameter in small.Model.Parameters)
            parameter.ToStored(parameter.Value).ShouldEqual(small.Plain.Parameters[parameter.Name], parameter.Name, relative: 1e-4);
    }
}
