namespace RouteSae.Features;

/// <summary>Texts that pass through the network together, padded on the right to one length.</summary>
/// <param name="Texts">Their places in the list that was packed.</param>
/// <param name="PaddedLength">The length S of every row.</param>
internal sealed record TextBatch(IReadOnlyList<int> Texts, int PaddedLength)
{
    /// <summary>
    /// Packs texts of similar length. A text's padded length depends on its own length alone, so that it is computed in the same
    /// shape whatever it is packed with; and there are few of them (two a doubling), so that memory is reused.
    /// </summary>
    /// <param name="lengths">Tokens of each text; texts without tokens are left out.</param>
    /// <param name="tokensPerBatch">The most tokens in a batch, padding included; a longer text makes a batch of its own.</param>
    public static IEnumerable<TextBatch> Pack(IReadOnlyList<int> lengths, int tokensPerBatch)
    {
        var byLength = Enumerable.Range(0, lengths.Count).Where(text => lengths[text] > 0).GroupBy(text => Padded(lengths[text])).OrderBy(group => group.Key);
        foreach (var group in byLength)
        {
            foreach (var texts in group.Chunk(Math.Max(1, tokensPerBatch / group.Key)))
            {
                yield return new TextBatch(texts, group.Key);
            }
        }
    }

    /// <summary>The next of 8, 12, 16, 24, 32, 48, 64, 96, …</summary>
    public static int Padded(int length)
    {
        var power = 8;
        while (power < length)
        {
            power *= 2;
        }

        var between = power / 4 * 3;
        return power > 8 && length <= between ? between : power;
    }
}
