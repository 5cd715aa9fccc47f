using Spectre.Console;

namespace TextClassification;

/// <summary>Rows that move a progress bar as they are read. A new pass over them starts the bar anew.</summary>
internal static class CountedRows
{
    public static IEnumerable<LabeledText> Of(IReadOnlyList<LabeledText> rows, ProgressTask bar)
    {
        bar.MaxValue = rows.Count;
        bar.Value = 0;
        foreach (var row in rows)
        {
            yield return row;
            bar.Increment(1);
        }
    }
}
