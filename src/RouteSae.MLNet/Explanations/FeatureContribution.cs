namespace RouteSae.MLNet.Explanations;

/// <summary>A feature's part in a decision.</summary>
public sealed record FeatureContribution
{
    /// <summary>The feature's readable name: its slot name, such as <c>f12 ·  Olympics| Olympic| medal</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The slot in the vector that the predictor reads, from 0.</summary>
    public required int Slot { get; init; }

    /// <summary>The value in that slot.</summary>
    public required float Value { get; init; }

    /// <summary>
    /// For each class weight × value, in the order of <see cref="DecisionExplanation.Classes"/>, on the scale of
    /// <see cref="DecisionExplanation.Scale"/>: that of the score, or of its logarithm. With several classes the mean over the classes is taken
    /// off the weights, so a contribution says how far the feature moves a class above the mean of all classes. Empty when the predictor is
    /// not linear.
    /// </summary>
    public required IReadOnlyList<float> Contributions { get; init; }

    /// <summary>
    /// The text column that the feature was read from; null when it does not come from a RouteSae column, or when the names of the slots do
    /// not tell from which of several.
    /// </summary>
    public required string? TextColumn { get; init; }

    /// <summary>Where in that text it fired, in the order of the text. Tokens that do not count in pooling are left out.</summary>
    public required IReadOnlyList<FeatureOccurrence> Occurrences { get; init; }
}
