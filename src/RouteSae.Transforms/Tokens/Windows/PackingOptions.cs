namespace RouteSae.Tokens.Windows;

/// <summary>How documents become context windows.</summary>
public sealed class PackingOptions
{
    /// <summary>Tokens a window, at least 2. Default 512, the paper's.</summary>
    public int ContextLength { get; set; } = 512;

    /// <summary>Follows every document, so that the language model sees where one ends. Default null: documents meet without a mark.</summary>
    public int? EndOfText { get; set; }

    /// <summary>Begins every window: the token that the language model expects at position 0. Default null: none.</summary>
    public int? WindowStart { get; set; }

    /// <summary>Windows among which the next one is drawn at random; 1 keeps the order. Default 1,024.</summary>
    public int ShuffleBuffer { get; set; } = 1024;

    /// <summary>Seed of the shuffling. Default 0.</summary>
    public int Seed { get; set; }

    /// <summary>Everything that is wrong with these options, in sentences; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (ContextLength < 2)
            problems.Add($"ContextLength is {ContextLength}; it must be at least 2.");
        if (ShuffleBuffer < 1)
            problems.Add($"ShuffleBuffer is {ShuffleBuffer}; it must be at least 1 (which keeps the order).");
        return problems;
    }
}
