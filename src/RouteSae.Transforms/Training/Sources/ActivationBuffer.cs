namespace RouteSae.Training.Sources;

/// <summary>
/// Mixes the tokens of many sequences: collects hidden states up to a bound, and gives out batches of one fixed size, drawn at
/// random. Padding and special tokens end here; what comes out is real tokens only.
/// </summary>
/// <remarks>
/// Batches of one size keep native memory from fragmenting. The buffer holds capacity × L × D values, in the type in which
/// the hidden states come.
/// </remarks>
public sealed class ActivationBuffer
{
    private readonly int _batches;
    private readonly int _batchTokens;
    private readonly int _seed;

    /// <summary>Mixes among <paramref name="batches"/> batches.</summary>
    /// <param name="batchTokens">Tokens of every batch that comes out, but perhaps the last.</param>
    /// <param name="batches">How many batches the buffer holds, at least 2. Half of them are given out each time it is full. Default 8.</param>
    /// <param name="seed">Seed of the drawing. Default 0.</param>
    public ActivationBuffer(int batchTokens, int batches = 8, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batches, 2);
        (_batchTokens, _batches, _seed) = (batchTokens, batches, seed);
    }

    /// <summary>The tokens of a stream of batches, mixed. Every real token comes out once.</summary>
    /// <param name="batches">Disposed as they are taken in.</param>
    /// <returns>Batches without a mask; whoever takes one disposes it.</returns>
    public IEnumerable<HiddenStateBatch> Mix(IEnumerable<HiddenStateBatch> batches)
    {
        using var mixer = new TokenMixer(_batchTokens, _batches, _seed);
        using var incoming = batches.GetEnumerator();
        while (mixer.Next(() => incoming.MoveNext() ? incoming.Current : null) is { } mixed)
            yield return mixed;
    }
}
