namespace RouteSae.ClassificationBenchmark;

/// <summary>What was predicted for the tested rows of a set, in their order.</summary>
/// <param name="Classes">The class of each.</param>
/// <param name="Losses">−ln p(right class) of each, in nats.</param>
internal sealed record Predictions(int[] Classes, float[] Losses);
