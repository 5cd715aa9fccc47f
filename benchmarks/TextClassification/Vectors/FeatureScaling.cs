namespace RouteSae.ClassificationBenchmark;

/// <summary>What is done to features before a classifier sees them. All are divided by one number in the end, so that a training row's mean squared length is 1.</summary>
internal enum FeatureScaling
{
    /// <summary>Nothing else.</summary>
    None,

    /// <summary>Each row is divided by its length.</summary>
    UnitRows,

    /// <summary>Each feature is divided by its standard deviation over the training rows.</summary>
    UnitColumns,
}
