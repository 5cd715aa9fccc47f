namespace RouteSae.Tokens;

/// <summary>An added token and the characters that it takes, stripped white space included.</summary>
internal readonly record struct AddedTokenMatch(AddedToken Token, int Start, int Length)
{
    public int End => Start + Length;
}
