using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

/// <summary>The jump and the step of a JumpReLU, forward and backward, against what the authors' functions computed.</summary>
public sealed class JumpReluFunctionTests
{
    [Theory]
    [InlineData("0.001")]
    [InlineData("0.25")]
    [InlineData("2")]
    public void JumpEqualsReference(string bandwidth) => Check($"jump.bw{bandwidth}", bandwidth, (autoencoder, values) => autoencoder.Activate(values));

    [Theory]
    [InlineData("0.001")]
    [InlineData("0.25")]
    [InlineData("2")]
    public void StepEqualsReference(string bandwidth) => Check($"step.bw{bandwidth}", bandwidth, (autoencoder, values) => autoencoder.Step(values));

    [Fact]
    public void TheWindowIsOpenAndTheThresholdItselfIsNotActive()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Autoencoder(tensor(new[] { 1f, 1f, 1f, 1f, 1f }), bandwidth: 0.5, Fidelity.Reference);
        autoencoder.Threshold.requires_grad_(true);
        var values = tensor(new[] { 0.75f, 0.875f, 1f, 1.125f, 1.25f }).unsqueeze(0);

        var step = autoencoder.Step(values);
        var gradient = autograd.grad([step.sum()], [autoencoder.Threshold])[0];

        step.data<float>().ToArray().Should().Equal(0, 0, 0, 1, 1);
        gradient.data<float>().ToArray().Should().Equal(0, -2, -2, -2, 0);
    }

    [Fact]
    public void AThresholdBelowZeroLetsNegativeValuesThroughInTheReferenceAlone()
    {
        using var scope = NewDisposeScope();
        using var reference = Autoencoder(tensor(new[] { -0.5f }), bandwidth: 0.1, Fidelity.Reference);
        using var corrected = Autoencoder(tensor(new[] { -0.5f }), bandwidth: 0.1, Fidelity.Corrected);
        var values = tensor(new[] { -0.7f, -0.2f, 0.3f }).unsqueeze(1);

        reference.Activate(values).data<float>().ToArray().Should().Equal(0, -0.2f, 0.3f);
        corrected.Activate(values).data<float>().ToArray().Should().Equal(0, 0, 0.3f);
        reference.Step(values).data<float>().ToArray().Should().Equal(0, 1, 1);
        corrected.Step(values).data<float>().ToArray().Should().Equal(0, 0, 1);
    }

    private static void Check(string name, string bandwidth, Func<JumpReluAutoencoder, Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenTensors(RepositoryFiles.Golden("sae", "functions.safetensors"));
        using var autoencoder = Autoencoder(
            golden["stepjump.threshold"], double.Parse(bandwidth, System.Globalization.CultureInfo.InvariantCulture), Fidelity.Reference);
        autoencoder.Threshold.requires_grad_(true);
        var values = golden["stepjump.x"].clone().requires_grad_(true);

        var result = function(autoencoder, values);
        // The step passes nothing on to the values: what is added gives them a gradient of 0 at least.
        var loss = (result * golden["stepjump.grad_out"]).sum() + (values * 0).sum();
        var gradients = autograd.grad([loss], [autoencoder.Threshold, values]);

        result.ShouldBeIdentical(golden[$"{name}.y"], "result");
        gradients[0].ShouldBeClose(golden[$"{name}.grad_threshold"], "gradient of the threshold");
        gradients[1].ShouldBeClose(golden[$"{name}.grad_x"], "gradient of the values");
    }

    private static JumpReluAutoencoder Autoencoder(Tensor threshold, double bandwidth, Fidelity fidelity)
    {
        var latents = (int)threshold.shape[0];
        var architecture = new JumpReluArchitecture { HiddenSize = 2, Latents = latents, Bandwidth = bandwidth, Fidelity = fidelity };
        return JumpReluAutoencoder.FromTensors(architecture, new Dictionary<string, Tensor>
        {
            ["pre_bias"] = zeros(2),
            ["latent_bias"] = zeros(latents),
            ["encoder.weight"] = zeros(latents, 2),
            ["decoder.weight"] = zeros(2, latents),
            ["threshold"] = threshold,
        });
    }
}
