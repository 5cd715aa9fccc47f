namespace RouteSae.ClassificationBenchmark;

/// <summary>What making features of a set's texts costs.</summary>
/// <param name="Set">The set.</param>
/// <param name="Features">The featuriser.</param>
/// <param name="FitSeconds">Processor seconds of fitting it to the training texts.</param>
/// <param name="TextsPerSecond">Test texts per processor second.</param>
/// <param name="ValuesPerSecond">Features that are not zero, per processor second.</param>
/// <param name="Megabytes">The size of the saved ML.NET model.</param>
internal sealed record SpeedRow(string Set, string Features, double FitSeconds, double TextsPerSecond, double ValuesPerSecond, double Megabytes);
