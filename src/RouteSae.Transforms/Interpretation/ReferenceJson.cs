using System.Globalization;

namespace RouteSae.Interpretation;

/// <summary>
/// Writes JSON byte for byte as the authors' program does: Python's json.dump with an indent of 4, and characters beyond ASCII as
/// they are. System.Text.Json escapes more characters and writes 2 for 2.0.
/// </summary>
internal static class ReferenceJson
{
    /// <summary>Writes a value: a string, an int, a double, a sequence of names with values, or a sequence of values.</summary>
    public static void Write(TextWriter writer, object value, int depth = 0)
    {
        switch (value)
        {
            case string text:
                WriteText(writer, text);
                break;
            case int number:
                writer.Write(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                writer.Write(Number(number));
                break;
            case IEnumerable<KeyValuePair<string, object>> members:
                WriteItems(writer, members, '{', '}', depth, WriteMember);
                break;
            case IEnumerable<object> items:
                WriteItems(writer, items, '[', ']', depth, Write);
                break;
            default:
                throw new NotSupportedException($"A {value.GetType()} is not written to JSON here.");
        }
    }

    private static void WriteMember(TextWriter writer, KeyValuePair<string, object> member, int depth)
    {
        WriteText(writer, member.Key);
        writer.Write(": ");
        Write(writer, member.Value, depth);
    }

    private static void WriteItems<T>(TextWriter writer, IEnumerable<T> items, char open, char close, int depth, Action<TextWriter, T, int> write)
    {
        var empty = true;
        writer.Write(open);
        foreach (var item in items)
        {
            if (!empty)
                writer.Write(',');
            empty = false;
            BreakLine(writer, depth + 1);
            write(writer, item, depth + 1);
        }
        if (!empty)
            BreakLine(writer, depth);
        writer.Write(close);
    }

    private static void BreakLine(TextWriter writer, int depth)
    {
        writer.Write('\n');
        writer.Write(new string(' ', 4 * depth));
    }

    /// <summary>The shortest digits that read back as the same number, with a point or an exponent.</summary>
    private static string Number(double value)
    {
        var digits = value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return digits.AsSpan().ContainsAny('.', 'e') ? digits : $"{digits}.0";
    }

    private static void WriteText(TextWriter writer, string text)
    {
        writer.Write('"');
        foreach (var character in text)
        {
            if (character is '"' or '\\' or < ' ')
                writer.Write(Escape(character));
            else
                writer.Write(character);
        }
        writer.Write('"');
    }

    private static string Escape(char character) => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        _ => $"\\u{(int)character:x4}",
    };
}
