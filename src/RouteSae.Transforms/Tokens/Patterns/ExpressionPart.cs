using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens.Patterns;

/// <summary>A piece of a translated expression: .NET syntax, or one character of a set.</summary>
internal readonly record struct ExpressionPart(string? Syntax, CodePointSet? Set);
