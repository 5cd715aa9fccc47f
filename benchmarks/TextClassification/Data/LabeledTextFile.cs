using System.Text;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Reads a data file: UTF-8, a header <c>Label&lt;tab&gt;Text</c>, two columns, no quoting.</summary>
internal static class LabeledTextFile
{
    private const string Header = "Label\tText";

    /// <summary>Reads all rows.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A line is not as it should be; the message names file and line.</exception>
    public static IReadOnlyList<LabeledText> Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"{path} does not exist. A set NAME is two files: NAME.train.tsv and NAME.test.tsv.", path);
        var lines = Lines(path);
        if (lines.Count == 0 || lines[0] != Header)
            throw new InvalidDataException($"{path}, line 1: the header is '{(lines.Count == 0 ? "" : lines[0])}'; 'Label<tab>Text' is expected.");
        if (lines.Count == 1)
            throw new InvalidDataException($"{path} has a header but no rows.");
        return [.. lines.Skip(1).Select((line, index) => Row(path, line, index + 2))];
    }

    private static LabeledText Row(string path, string line, int number)
    {
        var columns = line.Split('\t');
        if (columns.Length != 2)
            throw new InvalidDataException($"{path}, line {number}: {columns.Length} column{(columns.Length == 1 ? "" : "s")}; exactly two, label and text, are expected, with one tab between them.");
        return columns[0].Length > 0
            ? new LabeledText(columns[0], columns[1])
            : throw new InvalidDataException($"{path}, line {number}: the label is empty.");
    }

    private static List<string> Lines(string path)
    {
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var bytes = File.ReadAllBytes(path).AsSpan();
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        var lines = new List<string>();
        while (bytes.Length > 0)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? [] : bytes[(end + 1)..];
            try
            {
                lines.Add(strict.GetString(line.EndsWith("\r"u8) ? line[..^1] : line));
            }
            catch (DecoderFallbackException)
            {
                throw new InvalidDataException($"{path}, line {lines.Count + 1}: the bytes are not UTF-8. Convert the file.");
            }
        }
        return lines;
    }
}
