namespace RouteSae.Tokens.PreTokenizers;

/// <summary>What becomes of the matches of a pattern that a text is split at.</summary>
internal enum SplitBehavior
{
    Isolated,
    Removed,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}
