namespace RouteSae.Benchmarks.Measuring;

/// <summary>One of several ways to do the same work.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Run">Does the work once.</param>
/// <param name="WarmUp">A cheaper warm-up, for work too long to be done once more. Default: the work itself.</param>
internal sealed record Variant(string Name, Action Run, Action? WarmUp = null);
