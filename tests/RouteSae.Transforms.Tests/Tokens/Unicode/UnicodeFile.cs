using System.Globalization;
using System.Text;

namespace RouteSae.Tests.Tokens.Unicode;

/// <summary>
/// Makes src/RouteSae.Transforms/Tokens/Unicode/unicode.txt from the Unicode Character Database (Debian's package unicode-data).
/// Normalization stops at characters of Unicode 12.1, as in the Rust crate that Hugging Face's tokenizers use.
/// </summary>
internal static class UnicodeFile
{
    public const string Folder = "/usr/share/unicode";

    private const double LastVersion = 12.1;

    public static string Make()
    {
        var text = new StringBuilder();
        text.Append("# From the Unicode Character Database 15.0.0: UnicodeData, DerivedAge, DerivedNormalizationProps and Scripts.\n");
        text.Append("# Normalization as of Unicode 12.1. Copyright 1991-2022 Unicode, Inc.; licence in LICENSE-UNICODE.txt.\n");
        var known = Known();
        var characters = Characters().Where(character => known.Contains(character.Code)).ToList();
        foreach (var group in characters.Where(character => character.Class != 0).GroupBy(character => character.Class).OrderBy(group => group.Key))
        {
            Append(text, $"class {group.Key}", group.Select(character => character.Code));
        }

        var excluded = Property("DerivedNormalizationProps.txt", "Full_Composition_Exclusion").ToHashSet();
        foreach (var character in characters.Where(character => character.Decomposition.Length > 0))
        {
            var parts = character.Decomposition.Split(' ');
            var kind = parts[0][0] == '<' ? "compatible" : excluded.Contains(character.Code) ? "excluded" : "canonical";
            var values = parts.SkipWhile(part => part[0] == '<').Select(part => part.TrimStart('0'));
            text.Append(CultureInfo.InvariantCulture, $"{kind} {character.Code:X} {string.Join(' ', values)}\n");
        }

        foreach (var script in Lines("Scripts.txt").GroupBy(fields => fields[1]).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Append(text, $"script {script.Key}", script.SelectMany(fields => Range(fields[0])));
        }

        return text.ToString();
    }

    public static HashSet<int> Known() => Lines("DerivedAge.txt")
        .Where(fields => double.Parse(fields[1], CultureInfo.InvariantCulture) <= LastVersion)
        .SelectMany(fields => Range(fields[0])).ToHashSet();

    private static IEnumerable<(int Code, int Class, string Decomposition)> Characters() => Lines("UnicodeData.txt")
        .Select(fields => (Hexadecimal(fields[0]), int.Parse(fields[3], CultureInfo.InvariantCulture), fields[5]));

    private static IEnumerable<int> Property(string file, string name) =>
        Lines(file).Where(fields => fields[1] == name).SelectMany(fields => Range(fields[0]));

    private static IEnumerable<string[]> Lines(string file) => File.ReadLines(Path.Combine(Folder, file))
        .Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)
        .Select(line => line.Split(';').Select(field => field.Trim()).ToArray());

    private static IEnumerable<int> Range(string field)
    {
        var ends = field.Split("..");
        var (first, last) = (Hexadecimal(ends[0]), Hexadecimal(ends[^1]));
        return Enumerable.Range(first, last - first + 1);
    }

    private static void Append(StringBuilder text, string name, IEnumerable<int> codePoints)
    {
        text.Append(name);
        var sorted = codePoints.Order().ToList();
        for (var start = 0; start < sorted.Count;)
        {
            var end = start;
            while (end + 1 < sorted.Count && sorted[end + 1] == sorted[end] + 1)
            {
                end++;
            }

            text.Append(end > start ? $" {sorted[start]:X}-{sorted[end]:X}" : $" {sorted[start]:X}");
            start = end + 1;
        }

        text.Append('\n');
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
