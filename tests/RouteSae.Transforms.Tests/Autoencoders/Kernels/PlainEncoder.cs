namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>
/// The K largest pre-activations by sorting all of them, each computed number by number in the order of summation that the
/// kernels promise: 32 accumulators, folded in halves, and the rest behind them.
/// </summary>
internal static class PlainEncoder
{
    private const int Lanes = 16;

    public static PlainCodes Encode(EncoderCase given, bool positiveOnly = false) =>
        PlainCodes.Concat([.. Enumerable.Range(0, given.Tokens).Select(token => Encode(given, token, positiveOnly))]);

    /// <summary>Encodes one token.</summary>
    public static PlainCodes Encode(EncoderCase given, int token, bool positiveOnly = false)
    {
        var centered = given.Centered(token);
        var values = new float[given.Latents];
        for (var j = 0; j < given.Latents; j++)
            values[j] = Dot(centered, given.Row(j)) + given.LatentBias[j];
        var order = Enumerable.Range(0, given.Latents).OrderByDescending(j => values[j]).ThenBy(j => j); // −0 equals 0 here
        var chosen = order.Take(given.Active).Order().ToArray();
        return new PlainCodes(
            given.Active,
            [.. chosen.Select(j => (long)j)],
            [.. chosen.Select(j => positiveOnly && values[j] < 0 ? 0 : values[j] + 0f)]);
    }

    /// <summary>Σ aᵢ bᵢ.</summary>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Span<float> sums = stackalloc float[2 * Lanes];
        sums.Clear();
        var whole = a.Length / Lanes * Lanes;
        for (var i = 0; i < whole; i++)
            sums[i % (2 * Lanes)] = MathF.FusedMultiplyAdd(a[i], b[i], sums[i % (2 * Lanes)]);
        for (var half = Lanes; half >= 1; half /= 2)
        {
            for (var i = 0; i < half; i++)
                sums[i] += sums[i + half];
        }
        var sum = sums[0];
        for (var i = whole; i < a.Length; i++)
            sum = MathF.FusedMultiplyAdd(a[i], b[i], sum);
        return sum;
    }
}
