namespace RouteSae.Training.Sources;

/// <summary>Counts what a pass over JSON lines finds.</summary>
internal sealed class JsonLinesCounter
{
    private int _files;
    private long _lines;
    private long _texts;
    private long _invalid;
    private string? _firstInvalid;

    public JsonLinesSummary Summary => new()
    {
        Files = _files,
        Lines = _lines,
        Texts = _texts,
        RecordsWithoutText = _lines - _texts - _invalid,
        InvalidLines = _invalid,
        FirstInvalidLine = _firstInvalid,
    };

    /// <param name="text">The record's text; null where the line is not JSON.</param>
    /// <param name="problem">What is wrong with a line that is not JSON.</param>
    public void Add(string? text, string? problem)
    {
        _lines++;
        if (text is null)
        {
            _invalid++;
            _firstInvalid ??= problem;
        }
        else if (text.Length > 0)
        {
            _texts++;
        }
    }

    public void EndFile() => _files++;
}
