using FluentAssertions;
using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Tests.Published;

internal static class PlainComparison
{
    /// <summary>Compares codes and raw reconstructions for tokens of several lengths.</summary>
    /// <param name="model">Ours.</param>
    /// <param name="plain">Theirs.</param>
    /// <param name="prepare">What happens to a hidden state before theirs reads it.</param>
    public static void ShouldComputeLike(this SingleLayerModel model, PlainAutoencoder plain, Func<double[], double[]>? prepare = null, Func<double[], double, double>? restore = null)
    {
        const int Tokens = 40;
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var generator = new Generator(7);
        var raw = (randn(Tokens, model.HiddenSize, generator: generator) * 1.5) + 0.4;
        using var encoded = model.Forward([raw]);
        var codes = encoded.Codes.ToDense(model.Latents);
        var reconstructions = model.Replacements([raw], selection: null)[0].Replacements[0].Reconstruct(raw);
        var active = 0;
        for (var token = 0; token < Tokens; token++)
        {
            double[] state = [.. raw[token].data<float>().Select(value => (double)value)];
            var (expectedCodes, expectedReconstruction) = plain.Run(prepare?.Invoke(state) ?? state);
            codes[token].data<float>().ToArray().Should().Equal(expectedCodes, (actual, expected) => Math.Abs(actual - expected) < 2e-5, $"codes of token {token}");
            reconstructions[token].data<float>().ToArray().Should().Equal(
                expectedReconstruction.Select(value => restore?.Invoke(state, value) ?? value), (actual, expected) => Math.Abs(actual - expected) < 5e-5, $"reconstruction of token {token}");
            active += expectedCodes.Count(value => value > 0);
        }

        active.Should().BeInRange(Tokens, Tokens * (model.Latents - 1), "some latents fire and some do not");
    }
}
