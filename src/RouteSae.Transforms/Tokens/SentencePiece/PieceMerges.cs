namespace RouteSae.Tokens.SentencePiece;

/// <summary>
/// The merges that a SentencePiece model of byte pairs stands for: every way to put a piece together from two others,
/// pieces of larger score first.
/// </summary>
internal static class PieceMerges
{
    public static IEnumerable<(string Left, string Right)> Of(IReadOnlyList<SentencePieceEntry> entries)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < entries.Count; id++)
        {
            ids[entries[id].Text] = id;
        }

        return entries.SelectMany(entry => Splits(entry, ids)).OrderByDescending(merge => merge.Score).Select(merge => (merge.Left, merge.Right));
    }

    private static IEnumerable<(string Left, string Right, float Score)> Splits(SentencePieceEntry entry, Dictionary<string, int> ids) =>
        Enumerable.Range(1, Math.Max(0, entry.Text.Length - 1))
            .Where(place => !char.IsLowSurrogate(entry.Text[place]))
            .Select(place => (Left: entry.Text[..place], Right: entry.Text[place..], entry.Score))
            .Where(split => ids.ContainsKey(split.Left) && ids.ContainsKey(split.Right))
            .OrderBy(split => ids[split.Left]).ThenBy(split => ids[split.Right]);
}
