namespace RouteSae.Features;

/// <summary>
/// Turns texts into sparse, named features with the networks of a bundle: tokens, hidden states, router where there is one,
/// autoencoder, pooling. Thread-safe. Owns native memory.
/// </summary>
/// <remarks>
/// Texts are grouped by length and computed in batches. Which texts share a batch can change the last bits of a floating-point sum, so
/// the same text in other company gives the same latents and values to about 1e-5 (a near tie between two latents at the K-th place
/// may fall the other way); the same call gives exactly the same vectors, on any number of threads.
/// </remarks>
public sealed class TextFeaturizer : ITextFeaturizer
{
    private readonly TextPreparer _preparer;
    private readonly TokenEncoder _encoder;
    private readonly int _tokensPerBatch;
    private volatile bool _disposed;

    internal TextFeaturizer(TextPreparer preparer, TokenEncoder encoder, IReadOnlyList<string> featureNames, int tokensPerBatch)
    {
        _preparer = preparer;
        _encoder = encoder;
        _tokensPerBatch = tokensPerBatch;
        FeatureNames = featureNames;
    }

    /// <inheritdoc/>
    public int FeatureCount => FeatureNames.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <inheritdoc/>
    public string TokenText(int id) => _preparer.TokenText(id);

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The featurizer was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public TextCodes[] Encode(IReadOnlyList<string?> texts, bool meanActivation = false, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(texts);
        var encoded = new TextCodes[texts.Count];
        Array.Fill(encoded, TextCodes.Empty(FeatureCount));
        Encode(texts, meanActivation, (text, codes) => encoded[text] = codes, cancellationToken);
        return encoded;
    }

    /// <summary>Computes the pooled features of several texts.</summary>
    /// <param name="texts">The texts; null and empty ones have no features.</param>
    /// <param name="pooling">How a text's tokens become one vector.</param>
    /// <param name="cancellationToken">Stops between two passes of the network.</param>
    /// <returns>One vector a text, in the order of <paramref name="texts"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The pooling is not known.</exception>
    /// <exception cref="ObjectDisposedException">The featurizer was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public FeatureVector[] Featurize(IReadOnlyList<string?> texts, Pooling pooling, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(texts);
        var vectors = new FeatureVector[texts.Count];
        Array.Fill(vectors, FeatureVector.Empty);
        Encode(texts, meanActivation: false, (text, codes) => vectors[text] = codes.Pool(pooling), cancellationToken);
        return vectors;
    }

    /// <inheritdoc/>
    public int CountTokens(string? text) => _preparer.Prepare(text).Length;

    /// <inheritdoc/>
    /// <exception cref="ObjectDisposedException">The featurizer was disposed.</exception>
    public TokenFeatures Explain(string text)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(text);
        var prepared = _preparer.Prepare(text);
        if (prepared.Length == 0)
        {
            return new TokenFeatures(text, [], Truncated: false);
        }

        var length = TextBatch.Padded(prepared.Length);
        var codes = _encoder.Encode(new TokenBatch([prepared], length).Ids, length, [.. Enumerable.Range(0, prepared.Length).Select(token => (long)token)]);
        return new TokenFeatures(text, [.. Enumerable.Range(0, prepared.Length).Select(token => Explain(prepared, codes, token))], prepared.Truncated);
    }

    /// <summary>Frees the networks. No call may be under way.</summary>
    public void Dispose()
    {
        _disposed = true;
        _encoder.Dispose();
    }

    /// <summary>Gives the codes of each text that has tokens, several texts at a time.</summary>
    private void Encode(IReadOnlyList<string?> texts, bool meanActivation, Action<int, TextCodes> take, CancellationToken cancellationToken)
    {
        var prepared = _preparer.Prepare(texts, cancellationToken);
        foreach (var batch in TextBatch.Pack([.. prepared.Select(text => text.Length)], _tokensPerBatch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            PreparedText[] together = [.. batch.Texts.Select(text => prepared[text])];
            var tokens = new TokenBatch(together, batch.PaddedLength);
            if (tokens.Pooled.Length == 0)
            {
                continue;
            }

            var codes = _encoder.Encode(tokens.Ids, batch.PaddedLength, tokens.Pooled, meanActivation);
            var builder = new TextCodesBuilder(FeatureCount, codes, _encoder.Autoencoder.HiddenStates);
            ParallelTexts.ForEach(
                together.Length,
                () => builder,
                (place, own) => take(batch.Texts[place], own.Build(together[place], tokens.FirstPooled[place], tokens.FirstPooled[place + 1])),
                CancellationToken.None);
        }
    }

    private TokenExplanation Explain(PreparedText text, TokenCodes codes, int token)
    {
        var active = new List<ActiveFeature>();
        for (var slot = 0; slot < codes.Slots; slot++)
        {
            if (codes.ValuesOf(token)[slot] is not 0 and var value)
            {
                active.Add(new ActiveFeature((int)codes.LatentsOf(token)[slot], value));
            }
        }

        return new TokenExplanation
        {
            TokenId = text.Ids[token],
            Token = _preparer.TokenText(text.Ids[token]),
            Span = text.Spans[token],
            Pooled = text.Pooled[token],
            HiddenState = _encoder.Autoencoder.HiddenStates[(int)codes.Chosen[token]],
            Probability = codes.Probability[token],
            Features = [.. active.OrderByDescending(feature => feature.Value).ThenBy(feature => feature.Latent)],
        };
    }
}
