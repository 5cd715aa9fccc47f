namespace RouteSae.ClassificationBenchmark;

/// <summary>A row of a data file.</summary>
/// <param name="Label">The name of its class.</param>
/// <param name="Text">The text, which may be empty.</param>
internal sealed record LabeledText(string Label, string Text)
{
    /// <summary>What two texts have in common that differ in case, punctuation or spaces alone. A text of punctuation alone is itself.</summary>
    public string Key
    {
        get
        {
            var key = string.Join(' ', new string([.. Text.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
            return key.Length > 0 ? key : Text;
        }
    }
}
