namespace RouteSae.Tokens.Models;

/// <summary>A rule of byte pair encoding: two tokens become one; lower ranks come first.</summary>
internal readonly record struct Merge(int Rank, int Result);
