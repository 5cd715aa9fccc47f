namespace RouteSae.Features;

/// <summary>The tokens of several texts, padded on the right to one length.</summary>
internal sealed class TokenBatch
{
    public TokenBatch(IReadOnlyList<PreparedText> texts, int length)
    {
        Ids = new long[texts.Count * length];
        FirstPooled = new int[texts.Count + 1];
        var pooled = new List<long>();
        for (var row = 0; row < texts.Count; row++)
        {
            var start = row * length;
            for (var token = 0; token < texts[row].Length; token++)
            {
                Ids[start + token] = texts[row].Ids[token];
                if (texts[row].Pooled[token])
                {
                    pooled.Add(start + token);
                }
            }

            FirstPooled[row + 1] = pooled.Count;
        }

        Pooled = [.. pooled];
    }

    /// <summary>Token ids, [texts · length].</summary>
    public long[] Ids { get; }

    /// <summary>The places in <see cref="Ids"/> of the tokens that count in pooling, text by text.</summary>
    public long[] Pooled { get; }

    /// <summary>Where each text begins in <see cref="Pooled"/>, and the end of the last one.</summary>
    public int[] FirstPooled { get; }
}
