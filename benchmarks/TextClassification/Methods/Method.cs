namespace RouteSae.ClassificationBenchmark;

/// <summary>A way to make features of texts, of which a maximum entropy classifier is trained.</summary>
/// <param name="Name">Its name in results and reports.</param>
/// <param name="Source">The features; the seed matters where weights or draws are random.</param>
internal sealed record Method(string Name, Func<int, FeatureSource> Source)
{
    /// <summary>Whether the classifier is also trained on the best k features alone.</summary>
    public bool HasCurve { get; init; }

    /// <summary>Whether it takes part in few-shot and label noise.</summary>
    public bool IsMain { get; init; }

    /// <summary>Whether <see cref="Source"/> gives other features for other seeds.</summary>
    public bool IsSeeded { get; init; }

    /// <summary>The scalings among which the validation parts choose.</summary>
    public IReadOnlyList<FeatureScaling> Scalings { get; init; } = [FeatureScaling.None, FeatureScaling.UnitRows, FeatureScaling.UnitColumns];

    /// <summary>The share of each class in the training rows is predicted for every text, and the largest class chosen.</summary>
    public static Method Majority { get; } = new("majority class", _ => throw new InvalidOperationException("The majority class needs no features.")) { IsMain = true };
}
