using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Training;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Optimization;

/// <summary>What callers may rely on whichever way is computed: checks before memory is read, torch's defaults, gradients.</summary>
public sealed class KernelContractTests
{
    [Theory]
    [InlineData(3, 8)]
    [InlineData(3, 32)]
    [InlineData(2, 16)]
    [InlineData(4, 16)]
    public void AStepRefusesHiddenStatesOfAnotherModel(int layers, int width)
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 1);
        using var trainer = new AutoencoderTrainer(model, new AutoencoderTrainerOptions { CenterPreBias = false });
        using var batch = new HiddenStateBatch([.. Enumerable.Range(0, layers).Select(_ => randn(10, width))]);

        trainer.Invoking(t => t.Step(batch)).Should().Throw<ArgumentException>().WithMessage("*hidden state*");
    }

    [Fact]
    public void ADefaultTypeOfTorchChangesNothing()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 1);
        using var scope = NewDisposeScope();
        var hiddenStates = HiddenStates(20);
        var expected = Reconstruct(model, hiddenStates);
        set_default_dtype(ScalarType.Float64);
        try
        {
            Reconstruct(model, hiddenStates).eq(expected).all().item<bool>().Should().BeTrue();
        }
        finally
        {
            set_default_dtype(ScalarType.Float32);
        }
    }

    [Fact]
    public void AfterInferenceModeOrdinaryCallsWork()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 1);
        using var scope = NewDisposeScope();
        var hiddenStates = HiddenStates(20);
        var expected = Reconstruct(model, hiddenStates);
        using (inference_mode(true))
            Reconstruct(model, hiddenStates);

        Reconstruct(model, hiddenStates).eq(expected).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void GradientsReachTheHiddenStates()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 1);
        using var scope = NewDisposeScope();
        var hiddenStates = HiddenStates(6).Select(tensor => tensor.requires_grad_(true)).ToArray();

        model.Route(hiddenStates, RoutingMode.Soft).X.square().sum().backward();

        hiddenStates.Should().OnlyContain(tensor => tensor.grad!.isfinite().all().item<bool>() && tensor.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void DivergedTrainingSaysSo()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 1);
        using var trainer = new AutoencoderTrainer(
            model, new AutoencoderTrainerOptions { LearningRate = 1e30, WarmupFraction = 0, DecayFraction = 0, TotalTokens = 1_000_000 });
        using var batch = new HiddenStateBatch(HiddenStates(20));

        trainer.Invoking(t =>
        {
            for (var step = 0; step < 20; step++)
                t.Step(batch);
        }).Should().Throw<InvalidOperationException>().WithMessage("*learning rate*");
    }

    [Fact]
    public void TheTrackerRefusesCodesOfTwoShapes()
    {
        using var scope = NewDisposeScope();
        using var tracker = new DeadLatentTracker(4, deadAfterTokens: 4);

        tracker.Invoking(t => t.Update(new SparseCodes(zeros([1, 1], ScalarType.Int64), ones(100, 64))))
            .Should().Throw<ArgumentException>().WithMessage("*[1, 1]*[100, 64]*");
        tracker.TokensSinceFired.sum().item<long>().Should().Be(0);
    }

    [Fact]
    public void TheOptimizerOfAKernelTrainerSaysWhyItHasNoGradients()
    {
        using var model = RouteSaeModel.Create(SyntheticActivations.SmallArchitecture, seed: 1);
        using var trainer = new AutoencoderTrainer(model, new AutoencoderTrainerOptions());
        using var loss = ones(1).sum();

        model.Path.Should().Be(ComputePath.Auto);
        if (model.Parameters.All(parameter => !parameter.Value.requires_grad))
            trainer.Invoking(t => t.Optimizer.Gradients(loss)).Should().Throw<InvalidOperationException>().WithMessage("*kernels*");
    }

    private static Tensor Reconstruct(RouteSaeModel model, Tensor[] hiddenStates)
    {
        using var noGradient = no_grad();
        return model.Decode(model.Encode(model.Route(hiddenStates).X));
    }

    private static Tensor[] HiddenStates(int tokens)
    {
        using var generator = new Generator(7);
        return [.. Enumerable.Range(1, 3).Select(layer => randn([tokens, 16], ScalarType.Float32, generator: generator) * layer)];
    }
}
