namespace RouteSae.Tokens.Patterns;

/// <summary>What holds within a group of an expression.</summary>
internal readonly record struct ExpressionFlags(bool IgnoresCase, bool DotIsAny);
