using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Training;
using RouteSae.Training.Objectives;
using RouteSae.Training.Sources;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training;

/// <summary>What the choices of a router do that the reference does not have.</summary>
public sealed class RouterChoiceTests
{
    private static readonly RouteSaeArchitecture Small = new()
    {
        HiddenSize = 16, RoutedHiddenStates = [2, 3, 4], Latents = 40, ActiveLatents = 5, Aggregation = RouterAggregation.Sum,
    };

    [Fact]
    public void StraightThroughEncodesTheChosenHiddenStateUnscaled()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small with { Target = RouterTarget.StraightThrough }, seed: 1);
        var hiddenStates = HiddenStates(tokens: 30);
        using var routed = model.Route(hiddenStates);

        for (var token = 0; token < 30; token++)
        {
            var chosen = Standardization.Apply(hiddenStates[routed.Chosen[token].item<long>()]).Values[token];
            (routed.X[token] - chosen).abs().max().item<float>().Should().BeLessThan(1e-5f);
        }
    }

    // ∂L/∂pᵢ = ⟨∂L/∂x, xᵢ⟩ with L as a function of x, for every hidden state, not the chosen one alone.
    [Fact]
    public void StraightThroughComparesAllHiddenStates()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small with { Target = RouterTarget.StraightThrough }, seed: 2);
        var hiddenStates = HiddenStates(tokens: 20);
        var x = model.Route(hiddenStates).X.clone().requires_grad_(true);
        var towardsX = autograd.grad([NormalizedMse.Mean(model.Decode(model.Encode(x)), x)], [x])[0];
        var standardized = hiddenStates.Select(hidden => Standardization.Apply(hidden).Values).ToArray();
        var weight = model.Router.Weight.clone().requires_grad_(true);
        var p = nn.functional.softmax(nn.functional.linear(standardized[0] + standardized[1] + standardized[2], weight), 1);
        var surrogate = Enumerable.Range(0, 3).Select(i => (p.select(1, i) * (towardsX * standardized[i]).sum(1L)).sum()).Aggregate((a, b) => a + b);
        var expected = autograd.grad([surrogate], [weight])[0];

        model.Path = ComputePath.TorchOperations;
        model.Router.Weight.requires_grad_(true);
        var objective = new RouteSaeObjective(model, new AutoencoderTrainerOptions { LoadBalanceCoefficient = 0 });
        var actual = autograd.grad([objective.Evaluate(hiddenStates).Total], [model.Router.Weight])[0];

        (actual - expected).abs().max().item<float>().Should().BeLessThan(1e-5f * expected.abs().max().item<float>() + 1e-8f);
    }

    [Theory]
    [InlineData((int)ComputePath.Auto)]
    [InlineData((int)ComputePath.TorchOperations)]
    public void TopTwoMixesTheTwoMostProbableHiddenStates(int path)
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small with { Mode = RoutingMode.TopTwo }, seed: 3);
        model.Path = (ComputePath)path;
        var hiddenStates = HiddenStates(tokens: 25);
        using var routed = model.Route(hiddenStates);
        var standardized = stack([.. hiddenStates.Select(hidden => Standardization.Apply(hidden).Values)], 1); // [N, L, D]
        var p = routed.Probabilities;
        var least = p.argmin(1, true);
        var used = p.scatter(1, least, zeros_like(p)); // with three hidden states all but the least probable take part

        (routed.X - (standardized * used.unsqueeze(-1)).sum(1L)).abs().max().item<float>().Should().BeLessThan(1e-5f);
        using var weights = routed.LayerWeights();
        (weights.sum(1L) - 1).abs().max().item<float>().Should().BeLessThan(1e-6f);
        (weights != 0).sum().item<long>().Should().Be(50);
    }

    [Fact]
    public void PerLayerScalingKeepsTheLengthsOfTokens()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small with { Scaling = HiddenStateScaling.PerLayer, Target = RouterTarget.StraightThrough }, seed: 4);
        using var trainer = new AutoencoderTrainer(model, new AutoencoderTrainerOptions { BatchTokens = 200, TotalTokens = 400, WarmupFraction = 0 });
        using var batch = new HiddenStateBatch(HiddenStates(tokens: 200));
        trainer.Step(batch);

        var place = 1;
        var scaled = (batch.HiddenStates[place] - model.Router.LayerMean![place]) / model.Router.LayerScale![place];
        scaled.square().mean().item<float>().Should().BeApproximately(1, 1e-4f);
        scaled.mean([0L]).abs().max().item<float>().Should().BeLessThan(1e-4f);
        using var routed = model.Route(batch.HiddenStates);
        var rows = (routed.Chosen == place).nonzero().squeeze(1);
        rows.shape[0].Should().BePositive();
        (routed.X.index_select(0, rows) - scaled.index_select(0, rows)).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    [Theory]
    [InlineData(RoutingMode.Hard, RouterTarget.Detached, HiddenStateScaling.PerToken)]
    [InlineData(RoutingMode.Hard, RouterTarget.StraightThrough, HiddenStateScaling.PerToken)]
    [InlineData(RoutingMode.Hard, RouterTarget.Detached, HiddenStateScaling.PerLayer)]
    public void APerfectReconstructionReplacesAHiddenStateByItself(RoutingMode mode, RouterTarget target, HiddenStateScaling scaling)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // Latents j and D + j are ±eⱼ: with all of them active the reconstruction is exact.
        var identity = cat([eye(16), -eye(16)], 0);
        using var start = RouteSaeModel.Create(Small with { Latents = 32, ActiveLatents = 32, Mode = mode, Target = target, Scaling = scaling }, seed: 5);
        start.Autoencoder.EncoderWeight.copy_(identity);
        start.Autoencoder.DecoderDirections.copy_(identity);
        var hiddenStates = HiddenStates(tokens: 40);

        foreach (var replacement in start.Replacements(hiddenStates, selection: null)!.Single().Replacements)
        {
            var raw = hiddenStates[replacement.HiddenState - 2].index_select(0, replacement.Rows!);
            (replacement.Reconstruct(raw) - raw).abs().max().item<float>().Should().BeLessThan(1e-4f);
        }
    }

    [Fact]
    public void AProbabilityOfZeroGivesTheEntropyAFiniteGradient()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new float[] { 300, 0, -50 }).view(1, 3).requires_grad_(true);
        var p = nn.functional.softmax(logits, 1);
        using var routed = new RoutedActivations(zeros(1, 4), p, p.argmax(1, false), RoutingMode.Hard);

        var gradient = autograd.grad([RouterEntropy.Mean(routed)], [logits])[0];

        p[0, 1].item<float>().Should().Be(0);
        gradient.isfinite().all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void MixturesDoNotSayWhatToReplace()
    {
        using var scope = NewDisposeScope();
        using var model = RouteSaeModel.Create(Small with { Mode = RoutingMode.Soft }, seed: 5);
        model.Replacements(HiddenStates(tokens: 3), selection: null).Should().BeNull();
    }

    [Fact]
    public void ChoicesThatDoNotGoTogetherAreRefused()
    {
        (Small with { Fidelity = Fidelity.Reference, Scaling = HiddenStateScaling.PerLayer }).Problems().Should().Equal(
            "Target, Scaling and RoutingMode.TopTwo are choices that the reference does not have: leave them at their defaults with Fidelity.Reference.");
        (Small with { Mode = RoutingMode.Soft, Target = RouterTarget.AsWritten }).Problems().Should().Equal(
            "Target is AsWritten, but Mode is Soft: another target than Detached needs hard routing.");
    }

    private static Tensor[] HiddenStates(int tokens)
    {
        using var generator = new Generator(7);
        return [.. Enumerable.Range(1, 3).Select(layer => randn(tokens, 16, generator: generator) * layer + 0.3)];
    }
}
