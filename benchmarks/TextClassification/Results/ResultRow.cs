using System.Text.Json.Serialization;

namespace RouteSae.ClassificationBenchmark;

/// <summary>How one classifier did, with what it predicted.</summary>
internal sealed record ResultRow
{
    public required string Set { get; init; }

    public required string Method { get; init; }

    /// <summary>The number of features of a k-sparse classifier; null: all.</summary>
    public required int? K { get; init; }

    public required int Seed { get; init; }

    public required double Accuracy { get; init; }

    public required double MacroF1 { get; init; }

    /// <summary>In nats.</summary>
    public required double LogLoss { get; init; }

    /// <summary>Choosing, training and predicting; neither the networks nor the making of features.</summary>
    public required double Seconds { get; init; }

    public required string Setting { get; init; }

    /// <summary>The scaling that was chosen; in a cross-validation that of the first fold. Null for the majority class.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<FeatureScaling>))]
    public FeatureScaling? Scaling { get; init; }

    /// <summary>The λ that was chosen, on scaled features; in a cross-validation that of the first fold.</summary>
    public double? L2 { get; init; }

    /// <summary>The same as the L2 of ML.NET's trainer on the features before the last division (<see cref="ScaledRows"/>).</summary>
    public double? L2Unscaled { get; init; }

    /// <summary>The columns of the features, and how many of a test text's are not zero.</summary>
    public int Features { get; init; }

    public double ActiveFeatures { get; init; }

    /// <summary>The class that was predicted for each test row.</summary>
    public required int[] Predicted { get; init; }

    /// <summary>−ln p(right class) of each test row.</summary>
    public required float[] Losses { get; init; }

    [JsonIgnore]
    public ResultKey Key => new(Set, Setting, Method, K, Seed);

    [JsonIgnore]
    public Predictions Predictions => new(Predicted, Losses);
}
