using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Training;
using RouteSae.Training.Objectives;
using RouteSae.Training.Optimization;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Objectives;

/// <summary>The gradients of what the autoencoders without a router minimise, against central differences in float64, every single parameter.</summary>
public sealed class FixedLayersGradientTests
{
    [Theory]
    [InlineData("ReLU", Fidelity.Reference, 0.3)]
    [InlineData("ReLU", Fidelity.Corrected, 0.3)]
    [InlineData("ReLU", Fidelity.Corrected, 0.0)]
    [InlineData("Gated", Fidelity.Reference, 0.3)]
    [InlineData("Gated", Fidelity.Reference, 0.0)]
    [InlineData("Crosscoder", Fidelity.Reference, 0.3)]
    [InlineData("Crosscoder", Fidelity.Corrected, 0.3)]
    [InlineData("Crosscoder", Fidelity.Corrected, 0.0)]
    [InlineData("TopK", Fidelity.Reference, null)]
    [InlineData("TopK", Fidelity.Corrected, null)]
    [InlineData("BatchTopK", Fidelity.Corrected, null)]
    [InlineData("Matryoshka", Fidelity.Corrected, null)]
    [InlineData("MLSAE", Fidelity.Reference, null)]
    [InlineData("MLSAE", Fidelity.Corrected, null)]
    [InlineData("Random", Fidelity.Reference, null)]
    [InlineData("Random", Fidelity.Corrected, null)]
    public void GradientsEqualDifferences(string kind, Fidelity fidelity, double? penalty)
    {
        using var scope = NewDisposeScope();
        using var model = Float64Models.Create(kind, fidelity);
        var hiddenStates = Float64Models.Activations(model.HiddenStates.Count);
        var objective = Objective(model, new AutoencoderTrainerOptions { SparsityCoefficient = penalty });

        CentralDifferences.Check(Trained(model), Total(), Total);

        Tensor Total() => objective.Evaluate(hiddenStates, firstToken: 40).Total;
    }

    [Theory]
    [InlineData("TopK")]
    [InlineData("MLSAE")]
    [InlineData("Random")]
    public void DeadLatentsAddAuxK(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = (FixedLayersModel)Float64Models.Create(kind, Fidelity.Corrected);
        var autoencoder = (TopKAutoencoder)model.Autoencoder;
        var hiddenStates = Float64Models.Activations(model.HiddenStates.Count);
        var x = model.Forward(hiddenStates).Targets;
        var plain = PlainAuxiliaryLoss.Of(autoencoder, x);

        var terms = Objective(model, new AutoencoderTrainerOptions { AuxiliaryCoefficient = 0.7, AuxiliaryLatents = 2 }).Evaluate(hiddenStates, plain.Latents);

        CentralDifferences.Check(model.Parameters, terms.Total, () =>
            NormalizedMse.Mean(autoencoder.Decode(autoencoder.Encode(x)), x) + (plain.Loss() * 0.7));
    }

    [Theory]
    [InlineData("TopK")]
    [InlineData("MLSAE")]
    [InlineData("Random")]
    public void TheReferenceDoesNotLookAtDeadLatents(string kind)
    {
        using var scope = NewDisposeScope();
        using var model = Float64Models.Create(kind, Fidelity.Reference);
        var hiddenStates = Float64Models.Activations(model.HiddenStates.Count);
        var objective = Objective(model, new AutoencoderTrainerOptions());

        var terms = objective.Evaluate(hiddenStates, tensor(new long[] { 1, 4, 9 }));

        terms.Auxiliary.Should().BeNull();
        terms.Total.item<double>().Should().Be(objective.Evaluate(hiddenStates).Total.item<double>());
    }

    // Decoder and b_pre are constants to the error of the gates' reconstruction: the differences hold them still too.
    [Theory]
    [InlineData(0.3)]
    [InlineData(0)]
    public void CorrectedGatesLearnFromAReconstructionOfTheirOwn(double penalty)
    {
        using var scope = NewDisposeScope();
        using var model = (SingleLayerModel)Float64Models.Create("Gated", Fidelity.Corrected);
        var gated = (GatedAutoencoder)model.Autoencoder;
        var hiddenStates = Float64Models.Activations(layers: 1);
        var x = Standardization.Apply(hiddenStates[0]).Values;
        var (directions, preBias) = (gated.DecoderDirections.detach().clone(), gated.PreBias.detach().clone());

        var terms = Objective(model, new AutoencoderTrainerOptions { SparsityCoefficient = penalty }).Evaluate(hiddenStates);

        Trained(model).Should().HaveCount(model.Parameters.Count, "the gates' bias is trained too");
        CentralDifferences.Check(model.Parameters, terms.Total, () =>
        {
            var preActivations = (x - gated.PreBias).mm(gated.EncoderWeight.t());
            var open = (preActivations + gated.GateBias).relu();
            var codes = (open > 0).to_type(ScalarType.Float64) * ((preActivations * gated.MagnitudeScale.exp()) + gated.MagnitudeBias).relu();
            return NormalizedMse.Mean(codes.mm(gated.DecoderDirections) + gated.PreBias, x)
                + NormalizedMse.Mean(open.mm(directions) + preBias, x) + (open.mean() * penalty);
        });
    }

    [Fact]
    public void TheReferencesGateBiasIsNotTrained()
    {
        using var scope = NewDisposeScope();
        using var model = (SingleLayerModel)Float64Models.Create("Gated", Fidelity.Reference);
        var hiddenStates = Float64Models.Activations(layers: 1);
        var objective = Objective(model, new AutoencoderTrainerOptions { SparsityCoefficient = 0.3 });

        model.Parameters.Except(Trained(model)).Select(parameter => parameter.Name).Should().Equal("gate_bias");
        CentralDifferences.Of(((GatedAutoencoder)model.Autoencoder).GateBias, () => objective.Evaluate(hiddenStates).Total)
            .abs().max().item<double>().Should().Be(0);
    }

    private static AutoencoderParameter[] Trained(AutoencoderModel model) => [.. model.Parameters.Where(parameter => parameter.IsTrained)];

    private static ITrainingObjective Objective(AutoencoderModel model, AutoencoderTrainerOptions options) =>
        TrainingSteps.Objective(model, options, new SparsityPenalty(options, countsLatents: false));
}
