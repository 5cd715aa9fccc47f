using FluentAssertions;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Compares codes with pre-activations in float64, and with what float32 rounding can do to them.</summary>
internal static class Float64Check
{
    /// <summary>Half a unit in the last place, relative.</summary>
    private const double Unit = 1.0 / (1 << 24);

    /// <summary>Room for products below the least normal float32, which round absolutely.</summary>
    private const double LeastRounding = 1e-42;

    /// <summary>
    /// No latent that was left out may lie above one that was chosen by more than both may be off, and each value may be off by
    /// its own rounding: with sums of D / 32 numbers, folded, at most (D / 32 + 24) units of Σ|wᵢ||xᵢ| and two of |pre|.
    /// </summary>
    public static void Check(EncoderCase given, PlainCodes codes)
    {
        var (pre, rounding) = PreActivations(given);
        for (var t = 0; t < given.Tokens; t++)
        {
            var row = t * given.Latents;
            var chosen = codes.IndicesOf(t).ToArray();
            chosen.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems().And.OnlyContain(j => j >= 0 && j < given.Latents);
            var values = codes.ValuesOf(t).ToArray();
            for (var k = 0; k < chosen.Length; k++)
                Math.Abs(values[k] - pre[row + chosen[k]]).Should().BeLessThanOrEqualTo(rounding[row + chosen[k]], "latent {0} of token {1}", chosen[k], t);
            var least = chosen.Min(j => pre[row + j] + rounding[row + j]);
            var leftOut = Enumerable.Range(0, given.Latents).Except(chosen.Select(j => (int)j)).Select(j => pre[row + j] - rounding[row + j]);
            leftOut.Append(double.NegativeInfinity).Max().Should().BeLessThanOrEqualTo(least, "no latent of token {0} may be missing", t);
        }
    }

    /// <summary>Pre-activations and what float32 may be off, [N, M].</summary>
    public static (double[] Values, double[] Rounding) PreActivations(EncoderCase given)
    {
        using var scope = NewDisposeScope();
        var centered = given.Matrix(given.X, given.Tokens).to(ScalarType.Float64) - tensor(given.PreBias).to(ScalarType.Float64);
        var encoder = given.Matrix(given.Encoder, given.Latents).to(ScalarType.Float64);
        var values = centered.mm(encoder.t()) + tensor(given.LatentBias).to(ScalarType.Float64);
        var rounding = (centered.abs().mm(encoder.abs().t()) * (given.Width / 32 + 24) + values.abs() * 2) * Unit + LeastRounding * given.Width;
        return (values.data<double>().ToArray(), rounding.data<double>().ToArray());
    }
}
