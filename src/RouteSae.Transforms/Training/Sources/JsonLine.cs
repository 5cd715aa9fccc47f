using System.Text.Json;
using System.Text.RegularExpressions;
using RouteSae.Tokens;

namespace RouteSae.Training.Sources;

/// <summary>One line of a file of JSON lines, read as Python's json module reads it.</summary>
internal static partial class JsonLine
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 900 };

    /// <summary>The text of a record.</summary>
    /// <param name="line">The line.</param>
    /// <param name="keyword">The record's field that holds the text.</param>
    /// <param name="place">File and line, for messages.</param>
    /// <param name="problem">Where the line is and what is wrong with it, when it is not JSON.</param>
    /// <returns>The text; empty where it is blank or the record has none; null when the line is not JSON.</returns>
    /// <exception cref="InvalidDataException">The record is no object, or the text no string.</exception>
    public static string? ReadText(string line, string keyword, string place, out string? problem)
    {
        using var document = Parse(PythonText.Strip(line), out problem);
        if (document is null)
        {
            problem = $"{place}: {problem}";
            return null;
        }
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"{place}: a record must be an object like {{\"{keyword}\": \"...\"}}, not {Kind(document.RootElement)}. Mend the line or leave it out.");
        if (Find(document.RootElement, keyword, place) is not { } value)
            return "";
        if (value.ValueKind != JsonValueKind.String)
            throw new InvalidDataException($"{place}: the field '{keyword}' must be a string, not {Kind(value)}. Mend the line or leave it out.");
        var text = ReadString(value, keyword, place);
        return PythonText.Strip(text).Length == 0 ? "" : text;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<char> json, out string? problem)
    {
        try
        {
            problem = null;
            return JsonDocument.Parse(json, Options);
        }
        catch (JsonException exception)
        {
            problem = exception.Message;
        }

        // Python also reads numbers that JSON does not have. Nobody asks for their values here.
        var plain = NotInJson().Replace(json.ToString(), match => match.Value[0] == '"' ? match.Value : "null");
        return json.Span.SequenceEqual(plain) ? null : Parse(plain.AsMemory(), out problem);
    }

    private static JsonElement? Find(JsonElement record, string keyword, string place)
    {
        try
        {
            return record.TryGetProperty(keyword, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw new InvalidDataException($"{place}: the name of a field holds half a surrogate pair, which is no character. Mend the line or leave it out.");
        }
    }

    private static string ReadString(JsonElement value, string keyword, string place)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidDataException($"{place}: the field '{keyword}' holds half a surrogate pair, which is no character. Mend the line or leave it out.", exception);
        }
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.True or JsonValueKind.False => "a truth value",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "a string",
    };

    // A string, which is kept, or a number between strings.
    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|-?Infinity|NaN
        """, RegexOptions.CultureInvariant)]
    private static partial Regex NotInJson();
}
