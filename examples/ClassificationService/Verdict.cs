using Microsoft.ML.Data;
using RouteSae.MLNet.Hosting;

namespace ClassificationService;

/// <summary>What the model says of a text.</summary>
public sealed class Verdict : IClassNames
{
    public string PredictedLabel { get; set; } = "";

    /// <summary>The probability of each class.</summary>
    public float[] Score { get; set; } = [];

    /// <inheritdoc/>
    [NoColumn]
    public IReadOnlyList<string> ClassNames { get; set; } = [];
}
