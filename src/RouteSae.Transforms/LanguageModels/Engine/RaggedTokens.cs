namespace RouteSae.LanguageModels.Engine;

/// <summary>The tokens of several texts one after the other, without padding. A text may be empty.</summary>
internal sealed class RaggedTokens
{
    public RaggedTokens(int[] ids, int[] starts)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(starts);
        if (starts.Length == 0 || starts[0] != 0 || starts[^1] != ids.Length || starts.Zip(starts.Skip(1)).Any(pair => pair.First > pair.Second))
        {
            throw new ArgumentException($"The starts of the texts must ascend from 0 to the number of tokens, {ids.Length}.", nameof(starts));
        }

        (Ids, Starts) = (ids, starts);
    }

    /// <summary>Token ids, [tokens].</summary>
    public int[] Ids { get; }

    /// <summary>Where each text begins in <see cref="Ids"/>, and the end of the last one.</summary>
    public int[] Starts { get; }

    public int TextCount => Starts.Length - 1;

    public static RaggedTokens Of(IReadOnlyList<int[]> texts)
    {
        var starts = new int[texts.Count + 1];
        for (var text = 0; text < texts.Count; text++)
        {
            starts[text + 1] = starts[text] + texts[text].Length;
        }

        return new RaggedTokens([.. texts.SelectMany(text => text)], starts);
    }

    public int Length(int text) => Starts[text + 1] - Starts[text];
}
