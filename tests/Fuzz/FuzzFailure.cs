namespace RouteSae.Fuzz.Tests;

/// <summary>An input with which a loader did what it must not.</summary>
/// <param name="Format">The format's name.</param>
/// <param name="Number">The number of the input.</param>
/// <param name="Problem">What happened.</param>
/// <param name="File">Where the input was written.</param>
internal sealed record FuzzFailure(string Format, int Number, string Problem, string File);
