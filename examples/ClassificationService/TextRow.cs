namespace ClassificationService;

/// <summary>What the model reads.</summary>
public sealed class TextRow
{
    public string Text { get; set; } = "";

    /// <summary>Empty. A model that was saved with the step that reads its training labels wants the column all the same.</summary>
    public string Label { get; set; } = "";
}
