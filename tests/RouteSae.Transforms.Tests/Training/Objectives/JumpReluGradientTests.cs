using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using RouteSae.Training;
using RouteSae.Training.Objectives;
using RouteSae.Training.Optimization;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Objectives;

/// <summary>
/// The gradients of what a JumpReLU minimises: by central differences where the loss has a slope, and by the window's rule, spelt
/// out, for θ, along which it only jumps.
/// </summary>
public sealed class JumpReluGradientTests
{
    private const double Penalty = 0.3;

    private readonly AutoencoderTrainerOptions _options = new() { SparsityCoefficient = Penalty };

    [Theory]
    [InlineData(Fidelity.Reference)]
    [InlineData(Fidelity.Corrected)]
    public void GradientsEqualDifferencesButForTheThreshold(Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = (SingleLayerModel)Float64Models.Create("JumpReLU", fidelity);
        var hiddenStates = Float64Models.Activations(layers: 1);

        CentralDifferences.Check([.. model.Parameters.Where(parameter => parameter.Name != "threshold")], Total(), Total);

        Tensor Total() => Objective(model).Evaluate(hiddenStates).Total;
    }

    [Theory]
    [InlineData(Fidelity.Reference)]
    [InlineData(Fidelity.Corrected)]
    public void TheThresholdLearnsByItsWindow(Fidelity fidelity)
    {
        using var scope = NewDisposeScope();
        using var model = (SingleLayerModel)Float64Models.Create("JumpReLU", fidelity);
        var jump = (JumpReluAutoencoder)model.Autoencoder;
        var hiddenStates = Float64Models.Activations(layers: 1);

        var gradient = autograd.grad([Objective(model).Evaluate(hiddenStates).Total], [jump.Threshold])[0];

        gradient.ShouldBeClose(ByTheRule(jump, Standardization.Apply(hiddenStates[0]).Values), "gradient of θ", absolute: 1e-8, relative: 1e-5);
    }

    // dL/dθⱼ = Σ −θⱼ/ε · dL/dzⱼ − λ/(N ε), over the tokens in whose window what is looked at lies.
    private static Tensor ByTheRule(JumpReluAutoencoder jump, Tensor x)
    {
        using var noGradient = no_grad();
        var preActivations = jump.PreActivations(x);
        var codes = jump.Activate(preActivations);
        var ofCodes = CentralDifferences.Of(codes, () => NormalizedMse.Mean(jump.DecodeDense(codes), x));
        var counted = jump.Architecture.Fidelity == Fidelity.Corrected ? preActivations : codes;
        var result = zeros_like(jump.Threshold);
        var bandwidth = jump.Architecture.Bandwidth;
        for (var latent = 0; latent < Float64Models.Latents; latent++)
        {
            var threshold = jump.Threshold[latent].item<double>();
            for (var token = 0; token < x.shape[0]; token++)
            {
                if (Math.Abs(preActivations[token, latent].item<double>() - threshold) < bandwidth / 2)
                    result[latent] -= ofCodes[token, latent] * threshold / bandwidth;
                if (Math.Abs(counted[token, latent].item<double>() - threshold) < bandwidth / 2)
                    result[latent] -= Penalty / x.shape[0] / bandwidth;
            }
        }
        return result;
    }

    private ITrainingObjective Objective(AutoencoderModel model) => TrainingSteps.Objective(model, _options, new SparsityPenalty(_options, countsLatents: true));
}
