namespace RouteSae.Tokens.Models;

/// <summary>Two neighbouring tokens.</summary>
internal readonly record struct TokenPair(int Left, int Right)
{
    // Pairs fill two small ranges of integers densely; mixing all bits keeps the table's chains short.
    public override int GetHashCode() =>
        (int)((((ulong)(uint)Left << 32 | (uint)Right) * 0x9E3779B97F4A7C15UL) >> 32);
}
