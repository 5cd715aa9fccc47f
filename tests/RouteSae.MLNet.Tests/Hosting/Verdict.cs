namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>What a model of <see cref="SavedClassifiers"/> says of a letter.</summary>
public sealed class Verdict
{
    public string PredictedLabel { get; set; } = "";

    public float[] Score { get; set; } = [];
}
