namespace RouteSae.Features;

/// <summary>The codes of N tokens, in ordinary memory.</summary>
/// <param name="Latents">The latents of each token's K slots, row by row, [N, K].</param>
/// <param name="Values">Their activations, [N, K]; 0 marks a slot that is not in use.</param>
/// <param name="Slots">K.</param>
/// <param name="Chosen">The place of the hidden state that the router chose for each token, [N].</param>
/// <param name="Probability">The router's probability of it, [N].</param>
internal sealed record TokenCodes(long[] Latents, float[] Values, int Slots, long[] Chosen, float[] Probability)
{
    /// <summary>What the autoencoder read, [N, D]; null where it was not asked for.</summary>
    public float[]? Activations { get; init; }

    public ReadOnlySpan<long> LatentsOf(int token) => Latents.AsSpan(token * Slots, Slots);

    public ReadOnlySpan<float> ValuesOf(int token) => Values.AsSpan(token * Slots, Slots);
}
