namespace RouteSae.ClassificationBenchmark;

/// <summary>What a result is of.</summary>
internal readonly record struct ResultKey(string Set, string Setting, string Method, int? K, int Seed);
