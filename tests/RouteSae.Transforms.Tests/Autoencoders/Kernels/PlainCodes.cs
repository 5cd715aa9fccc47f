using FluentAssertions;
using RouteSae.Autoencoders;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>The codes of some tokens as plain arrays.</summary>
/// <param name="Slots">K.</param>
/// <param name="Indices">[N, K], latents ascending within a token.</param>
/// <param name="Values">[N, K].</param>
internal sealed record PlainCodes(int Slots, long[] Indices, float[] Values)
{
    public int Tokens => Indices.Length / Slots;

    public static PlainCodes Of(SparseCodes codes) =>
        new(codes.Slots, codes.Indices.data<long>().ToArray(), codes.Values.data<float>().ToArray());

    /// <summary>Codes whose slots are in any order.</summary>
    public static PlainCodes Sorted(SparseCodes codes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var order = codes.Indices.argsort(1);
        return Of(new SparseCodes(codes.Indices.gather(1, order), codes.Values.gather(1, order)));
    }

    /// <summary>The codes of tokens that were encoded one call after the other.</summary>
    public static PlainCodes Concat(IReadOnlyList<PlainCodes> parts) =>
        new(parts[0].Slots, [.. parts.SelectMany(part => part.Indices)], [.. parts.SelectMany(part => part.Values)]);

    public ReadOnlySpan<long> IndicesOf(int token) => Indices.AsSpan(token * Slots, Slots);

    public ReadOnlySpan<float> ValuesOf(int token) => Values.AsSpan(token * Slots, Slots);

    /// <summary>The same to the last bit.</summary>
    public void ShouldBe(PlainCodes expected, string what)
    {
        Slots.Should().Be(expected.Slots, what);
        Tokens.Should().Be(expected.Tokens, what);
        for (var t = 0; t < Tokens; t++)
        {
            IndicesOf(t).SequenceEqual(expected.IndicesOf(t)).Should().BeTrue(
                "{0}: the latents of token {1} must be [{2}], not [{3}]", what, t, Text(expected.IndicesOf(t)), Text(IndicesOf(t)));
            Bits(ValuesOf(t)).Should().Equal(Bits(expected.ValuesOf(t)), "{0}: the values of token {1} must be the same to the last bit", what, t);
        }
    }

    /// <summary>The same latents, and values that differ by float32 rounding at most.</summary>
    public void ShouldBeClose(PlainCodes expected)
    {
        Indices.Should().Equal(expected.Indices);
        for (var i = 0; i < Values.Length; i++)
            Values[i].Should().BeApproximately(expected.Values[i], 1e-5f * (1 + MathF.Abs(expected.Values[i])), "value {0}", i);
    }

    private static string Text(ReadOnlySpan<long> latents) => string.Join(", ", latents.ToArray().Take(40));

    private static int[] Bits(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), BitConverter.SingleToInt32Bits);
}
