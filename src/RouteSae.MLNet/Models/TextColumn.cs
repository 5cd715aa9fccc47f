using Microsoft.ML;

namespace RouteSae.MLNet.Models;

/// <summary>Reads a text column from its first row to its last.</summary>
internal static class TextColumn
{
    public static IEnumerable<string> Read(IDataView data, string name)
    {
        var column = data.Schema[name];
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> text = default;
        while (cursor.MoveNext())
        {
            getter(ref text);
            yield return text.ToString();
        }
    }
}
