using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using RouteSae.Training.Objectives;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Objectives;

/// <summary>The gradients of what a RouteSAE minimises against central differences of the loss in float64, every single parameter.</summary>
public sealed class FiniteDifferenceTests
{
    private readonly Tensor[] _hiddenStates = Float64Models.Activations(layers: 3);

    [Theory]
    [InlineData(RoutingMode.Hard, RouterAggregation.Sum)]
    [InlineData(RoutingMode.Soft, RouterAggregation.Mean)]
    public void ReferenceObjective(RoutingMode mode, RouterAggregation aggregation)
    {
        using var scope = NewDisposeScope();
        using var model = Float64Models.RouteSae(Architecture(mode, aggregation, Fidelity.Reference));
        var objective = new RouteSaeObjective(model, new AutoencoderTrainerOptions());

        CentralDifferences.Check(model.Parameters, objective.Evaluate(_hiddenStates).Total, () => objective.Evaluate(_hiddenStates).Total);
    }

    // Target, shares and the residual that AuxK reconstructs are constants to the gradient: the differences hold them still too.
    [Theory]
    [InlineData(RoutingMode.Hard, RouterAggregation.Sum, 0, 0, 0)]
    [InlineData(RoutingMode.Hard, RouterAggregation.Sum, 0.3, 0, 0)]
    [InlineData(RoutingMode.Hard, RouterAggregation.Mean, 0, 0.7, 0)]
    [InlineData(RoutingMode.Hard, RouterAggregation.Mean, 0, 0, -0.2)]
    [InlineData(RoutingMode.Hard, RouterAggregation.Sum, 0.3, 0.7, 0.2)]
    [InlineData(RoutingMode.TopTwo, RouterAggregation.Sum, 0.3, 0.7, 0.2)]
    [InlineData(RoutingMode.Soft, RouterAggregation.Mean, 0, 0, 0)]
    [InlineData(RoutingMode.Soft, RouterAggregation.Sum, 0.3, 0.7, 0.2)]
    public void CorrectedObjective(RoutingMode mode, RouterAggregation aggregation, double loadBalance, double auxiliary, double entropy)
    {
        using var scope = NewDisposeScope();
        using var model = Float64Models.RouteSae(Architecture(mode, aggregation, Fidelity.Corrected));
        var options = new AutoencoderTrainerOptions
        {
            LoadBalanceCoefficient = loadBalance, AuxiliaryCoefficient = auxiliary, AuxiliaryLatents = 2, RouterEntropyCoefficient = entropy,
        };
        var before = model.Route(_hiddenStates);
        var (target, shares) = (before.X.detach(), before.LayerWeights().mean([0L]));
        var deadLatents = PlainAuxiliaryLoss.Of(model.Autoencoder, target);

        var terms = new RouteSaeObjective(model, options).Evaluate(_hiddenStates, deadLatents.Latents);

        CentralDifferences.Check(model.Parameters, terms.Total, () =>
        {
            var routed = model.Route(_hiddenStates);
            var error = NormalizedMse.Mean(model.Decode(model.Encode(routed.X)), target);
            var balance = 3 * (shares * routed.Probabilities.mean([0L])).sum();
            var undecided = -(routed.Probabilities * routed.Probabilities.log()).sum() / routed.Probabilities.shape[0];
            return error + (balance * loadBalance) + (deadLatents.Loss() * auxiliary) + (undecided * entropy);
        });
    }

    [Fact]
    public void CorrectedObjectiveWithTheTargetAsWritten()
    {
        using var scope = NewDisposeScope();
        using var model = Float64Models.RouteSae(Architecture(RoutingMode.Hard, RouterAggregation.Sum, Fidelity.Corrected) with { Target = RouterTarget.AsWritten });
        var objective = new RouteSaeObjective(model, new AutoencoderTrainerOptions { LoadBalanceCoefficient = 0 });

        CentralDifferences.Check(model.Parameters, Total(), Total);

        Tensor Total() => objective.Evaluate(_hiddenStates).Total;
    }

    // The router's gradient is not the loss's slope there: what it is, RouterChoiceTests says.
    [Fact]
    public void CorrectedObjectiveStraightThroughForTheAutoencoder()
    {
        using var scope = NewDisposeScope();
        using var model = Float64Models.RouteSae(Architecture(RoutingMode.Hard, RouterAggregation.Sum, Fidelity.Corrected) with { Target = RouterTarget.StraightThrough });
        var objective = new RouteSaeObjective(model, new AutoencoderTrainerOptions());

        CentralDifferences.Check(model.Autoencoder.Parameters, Total(), Total);

        Tensor Total() => objective.Evaluate(_hiddenStates).Total;
    }

    [Fact]
    public void AuxiliaryLossReachesTheDeadLatentsOnly()
    {
        using var scope = NewDisposeScope();
        using var model = Float64Models.RouteSae(Architecture(RoutingMode.Hard, RouterAggregation.Sum, Fidelity.Corrected));
        var x = model.Route(_hiddenStates).X.detach();
        var plain = PlainAuxiliaryLoss.Of(model.Autoencoder, x);
        var reconstruction = model.Decode(model.Encode(x)).detach();
        Tensor[] parameters = [model.Autoencoder.EncoderWeight, model.Autoencoder.LatentBias, model.Autoencoder.DecoderDirections];

        var gradients = autograd.grad([AuxiliaryLoss.Loss(model.Autoencoder, x, reconstruction, plain.Latents, maximumLatents: 2)], parameters);

        var living = Enumerable.Range(0, Float64Models.Latents).Select(latent => (long)latent).Except(plain.Latents.data<long>().ToArray()).ToArray();
        foreach (var (parameter, gradient) in parameters.Zip(gradients))
        {
            gradient.index_select(0, tensor(living)).abs().max().item<double>().Should().Be(0);
            gradient.ShouldBeClose(CentralDifferences.Of(parameter, () => tensor(plain.Loss(), ScalarType.Float64)), "gradient of AuxK", absolute: 1e-8, relative: 1e-5);
            gradient.abs().max().item<double>().Should().BePositive();
        }
    }

    // The loss of p·x is that of x for any p: what moves the reference's router at the start is rounding noise.
    [Fact]
    public void TheReferencesRouterHasNoGradientWhileTheBiasesAreZero()
    {
        using var scope = NewDisposeScope();
        using var model = Float64Models.RouteSae(Architecture(RoutingMode.Hard, RouterAggregation.Sum, Fidelity.Reference));
        RouterGradient().Should().BeGreaterThan(1e-4);

        using (no_grad())
        {
            model.Autoencoder.PreBias.fill_(0);
            model.Autoencoder.LatentBias.fill_(0);
        }

        RouterGradient().Should().BeLessThan(1e-14);

        double RouterGradient() => autograd.grad(
            [new RouteSaeObjective(model, new AutoencoderTrainerOptions()).Evaluate(_hiddenStates).Total], [model.Router.Weight])[0].abs().max().item<double>();
    }

    private static RouteSaeArchitecture Architecture(RoutingMode mode, RouterAggregation aggregation, Fidelity fidelity) => new()
    {
        HiddenSize = Float64Models.HiddenSize,
        RoutedHiddenStates = Float64Models.HiddenStates,
        Latents = Float64Models.Latents,
        ActiveLatents = 3,
        Mode = mode,
        Aggregation = aggregation,
        Fidelity = fidelity,
    };
}
