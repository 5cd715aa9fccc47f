using System.Diagnostics;
using System.Globalization;
using System.Text;
using FluentAssertions;
using RouteSae.Tokens;
using RouteSae.Tokens.Normalizers;
using RouteSae.Tokens.Unicode;
using Xunit;

namespace RouteSae.Tests.Tokens.Unicode;

public sealed class UnicodeDataTests
{
    // Set to a path, this makes the file anew: ROUTESAE_UNICODE_FILE=src/RouteSae.Transforms/Tokens/Unicode/unicode.txt
    private const string Output = "ROUTESAE_UNICODE_FILE";

    [SkippableFact]
    public void The_embedded_file_is_what_the_database_says()
    {
        Skip.IfNot(File.Exists(Path.Combine(UnicodeFile.Folder, "UnicodeData.txt")), $"{UnicodeFile.Folder} is not installed (package unicode-data).");
        var expected = UnicodeFile.Make();
        if (Environment.GetEnvironmentVariable(Output) is { Length: > 0 } path)
        {
            File.WriteAllText(path, expected);
        }

        using var reader = new StreamReader(typeof(UnicodeData).Assembly.GetManifestResourceStream(UnicodeData.Resource)!);
        reader.ReadToEnd().Should().Be(expected);
    }

    [SkippableFact]
    public void Every_line_of_the_normalization_test_holds()
    {
        var path = Path.Combine(UnicodeFile.Folder, "NormalizationTest.txt.bz2");
        Skip.IfNot(File.Exists(path), $"{path} is not installed (package unicode-data).");
        var lines = Decompress(path).Split('\n').Where(line => line.Length > 0 && line[0] is not ('#' or '@')).ToList();
        lines.Should().HaveCountGreaterThan(18_000);
        var tested = 0;
        foreach (var line in lines)
        {
            var columns = line.Split(';').Take(5).Select(Parse).ToArray();
            if (columns.All(column => column.EnumerateRunes().All(IsOld)))
            {
                tested++;
                CheckLine(columns, line);
            }
        }

        tested.Should().BeGreaterThan(18_000);
    }

    [Theory]
    [InlineData("NFC", "e\u0301", "é")]
    [InlineData("NFC", "a\u0323\u0307", "\u1EA1\u0307")]
    [InlineData("NFC", "a\u0307\u0323", "\u1EA1\u0307")]
    [InlineData("NFC", "\u1112\u1161\u11AB", "한")]
    [InlineData("NFC", "\u0958", "\u0915\u093C")]
    [InlineData("NFC", "\u212B", "Å")]
    [InlineData("NFC", "\u0B47\u0300\u0B3E", "\u0B47\u0300\u0B3E")]
    [InlineData("NFC", "\u0301e", "\u0301e")]
    [InlineData("NFD", "é한", "e\u0301\u1112\u1161\u11AB")]
    [InlineData("NFKC", "ﬁ①Ａ", "fi1A")]
    [InlineData("NFKD", "㍿é", "株式会社e\u0301")]
    [InlineData("NFKC", "𝒜\u00A0…", "A ...")]
    public void Known_strings_have_their_forms(string form, string text, string expected) => Normalize(form, text).Should().Be(expected);

    private static void CheckLine(string[] columns, string line)
    {
        foreach (var (form, results) in new[] { ("NFC", new[] { 1, 1, 1, 3, 3 }), ("NFD", [2, 2, 2, 4, 4]), ("NFKC", [3, 3, 3, 3, 3]), ("NFKD", [4, 4, 4, 4, 4]) })
        {
            for (var column = 0; column < 5; column++)
            {
                Normalize(form, columns[column]).Should().Be(columns[results[column]], "{0} of column {1} of {2}", form, column + 1, line);
            }
        }
    }

    // Characters that came after Unicode 12.1 are left as they are.
    private static bool IsOld(Rune rune) => Older.Value.Contains(rune.Value);

    private static readonly Lazy<HashSet<int>> Older = new(() => UnicodeFile.Known());

    private static string Normalize(string form, string text) =>
        new UnicodeNormalizer(form.EndsWith('C'), form.Contains('K')).Apply(new AlignedText(text, 0, text.Length).Whole).Characters.ToString();

    private static string Parse(string column) => string.Concat(column.Split(' ')
        .Select(code => char.ConvertFromUtf32(int.Parse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))));

    private static string Decompress(string path)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("bzcat", [path]) { RedirectStandardOutput = true })!;
            return process.StandardOutput.ReadToEnd();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new SkipException("bzcat is not installed.");
        }
    }
}
