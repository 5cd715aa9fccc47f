namespace TextClassification;

/// <summary>What the model says of a text.</summary>
public sealed class Prediction
{
    public string Label { get; set; } = "";

    public string Text { get; set; } = "";

    public string PredictedLabel { get; set; } = "";

    /// <summary>The probability of each class, in the order of the model's labels.</summary>
    public float[] Score { get; set; } = [];
}
