namespace RouteSae.Tokens.Unicode;

/// <summary>Code points from the first to the last.</summary>
internal readonly record struct CodePointRange(int First, int Last)
{
    public int Count => Last - First + 1;
}
