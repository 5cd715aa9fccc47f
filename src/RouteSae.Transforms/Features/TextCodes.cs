namespace RouteSae.Features;

/// <summary>
/// The sparse codes of a text's T pooled tokens: what all pooled vectors of the text are made of. Made by
/// <see cref="ITextFeaturizer.Encode"/>; immutable, in ordinary memory.
/// </summary>
public sealed class TextCodes
{
    private const int BytesOfACode = sizeof(int) + sizeof(float);
    private const int BytesOfAToken = 6 * sizeof(int);
    private const int BytesOfAText = 256;

    private readonly int[] _firsts; // [T + 1]
    private readonly int[] _latents;
    private readonly float[] _values;
    private readonly TextCodesToken[] _tokens; // [T]

    /// <summary>Creates the codes of a text; the arrays are taken over, not copied.</summary>
    /// <param name="latentCount">M.</param>
    /// <param name="tokens">The pooled tokens, [T].</param>
    /// <param name="firsts">Where each token begins in <paramref name="latents"/>, and the end of the last one: [T + 1], from 0.</param>
    /// <param name="latents">The active latents, token by token, each 0 to M − 1.</param>
    /// <param name="values">Their activations, none of them 0; as many as <paramref name="latents"/>.</param>
    /// <param name="meanActivation">The mean of what the autoencoder read, [D], or null.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together, or a latent is none of the M.</exception>
    public TextCodes(int latentCount, TextCodesToken[] tokens, int[] firsts, int[] latents, float[] values, float[]? meanActivation = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(latentCount);
        if (firsts.Length != tokens.Length + 1 || firsts[0] != 0 || firsts[^1] != latents.Length || values.Length != latents.Length)
        {
            throw new ArgumentException(
                $"{tokens.Length} tokens need {tokens.Length + 1} places from 0 to the number of active latents; there are {firsts.Length} places, {latents.Length} latents and {values.Length} values.",
                nameof(firsts));
        }

        if (latents.AsSpan().ContainsAnyExceptInRange(0, latentCount - 1))
        {
            throw new ArgumentException($"A latent is not within 0 to {latentCount - 1}.", nameof(latents));
        }

        LatentCount = latentCount;
        (_tokens, _firsts, _latents, _values) = (tokens, firsts, latents, values);
        MeanActivation = meanActivation;
    }

    /// <summary>The codes of a text without tokens.</summary>
    /// <param name="latentCount">M.</param>
    public static TextCodes Empty(int latentCount) => new(latentCount, [], [0], [], []);

    /// <summary>M, the number of latents.</summary>
    public int LatentCount { get; }

    /// <summary>T, the number of pooled tokens; 0 for an empty text.</summary>
    public int TokenCount => _tokens.Length;

    /// <summary>The mean over the pooled tokens of what the autoencoder read (for a RouteSAE the routed activation), [D]; null where it was not asked for, and for a text without tokens.</summary>
    public IReadOnlyList<float>? MeanActivation { get; }

    /// <summary>Whether the text had more tokens than were read; the rest is not in the codes.</summary>
    public bool Truncated { get; init; }

    /// <summary>About how many bytes this object takes.</summary>
    public long Bytes => BytesOfAText + (long)BytesOfACode * _latents.Length + BytesOfAToken * TokenCount + sizeof(float) * (MeanActivation?.Count ?? 0);

    /// <summary>The number in the vocabulary, the place in the text, and the routing of a token.</summary>
    /// <param name="token">0 to T − 1.</param>
    public TextCodesToken this[int token] => _tokens[token];

    /// <summary>The latents that are active on a token, in the order of the autoencoder's slots.</summary>
    /// <param name="token">0 to T − 1.</param>
    public ReadOnlySpan<int> LatentsOf(int token) => _latents.AsSpan(_firsts[token].._firsts[token + 1]);

    /// <summary>The activations of <see cref="LatentsOf"/>, none of them 0.</summary>
    /// <param name="token">0 to T − 1.</param>
    public ReadOnlySpan<float> ValuesOf(int token) => _values.AsSpan(_firsts[token].._firsts[token + 1]);

    /// <summary>Makes one vector of the text.</summary>
    /// <param name="pooling">How.</param>
    /// <param name="minimumActivation">Activations of a token below it count as 0. 0, the default, keeps all of them, negative ones too.</param>
    /// <exception cref="ArgumentOutOfRangeException">The pooling is not known, or the minimum is negative or not a number.</exception>
    public FeatureVector Pool(Pooling pooling, float minimumActivation = 0)
    {
        if (!(minimumActivation >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(minimumActivation), minimumActivation, "The minimum activation must be 0 or more.");
        }

        if (!Enum.IsDefined(pooling))
        {
            throw new ArgumentOutOfRangeException(
                nameof(pooling), pooling, $"This pooling is not known. Choose one of {string.Join(", ", Enum.GetNames<Pooling>())}.");
        }

        var pool = PooledCodes.OfThread(LatentCount);
        for (var token = 0; token < TokenCount; token++)
        {
            pool.Add(LatentsOf(token), ValuesOf(token), minimumActivation);
        }

        return pool.ToVector(pooling);
    }

    /// <summary>The share of the pooled tokens for which the router chose each hidden state.</summary>
    /// <param name="hiddenStates">The hidden states to count, L of them.</param>
    /// <returns>[L], in their order; all 0 for a text without tokens.</returns>
    public float[] RoutingShare(IReadOnlyList<int> hiddenStates)
    {
        ArgumentNullException.ThrowIfNull(hiddenStates);
        var share = new float[hiddenStates.Count];
        for (var i = 0; i < share.Length && TokenCount > 0; i++)
        {
            share[i] = (float)_tokens.Count(token => token.HiddenState == hiddenStates[i]) / TokenCount;
        }

        return share;
    }
}
