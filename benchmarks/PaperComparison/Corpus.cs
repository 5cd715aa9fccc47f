using System.Diagnostics;

namespace RouteSae.PaperComparison;

/// <summary>Texts drawn evenly over all files of a split, in a seeded order.</summary>
internal static class Corpus
{
    private const int CharactersOfText = 2000;

    /// <summary>Draws texts until there are enough characters.</summary>
    /// <param name="folder">Holds <c>*.train.txt</c> and <c>*.valid.txt</c>, plain or packed by xz.</param>
    /// <param name="split">train or valid.</param>
    /// <param name="characters">How many characters are wanted; a few more are given.</param>
    /// <param name="seed">Seed of the drawing.</param>
    /// <exception cref="FileNotFoundException">The folder holds no such file.</exception>
    public static IReadOnlyList<string> Draw(string folder, string split, long characters, int seed)
    {
        var files = Files(folder, split);
        var total = files.Sum(file => Texts(file).Sum(text => (long)text.Length));
        if (total < characters)
            throw new InvalidDataException($"{Path.GetFullPath(folder)} holds {total:N0} characters in *.{split}.txt; {characters:N0} are needed. Give more texts, or fewer tokens.");
        var share = Math.Min(1, 1.1 * characters / total);
        var random = new Random(seed);
        var drawn = files.SelectMany(Texts).Where(_ => random.NextDouble() < share).ToArray();
        random.Shuffle(drawn);
        return drawn;
    }

    private static IReadOnlyList<string> Files(string folder, string split)
    {
        var names = Directory.Exists(folder) ? Directory.GetFiles(folder, $"*.{split}.txt*") : [];
        var plain = names.Where(name => name.EndsWith(".txt", StringComparison.Ordinal)).ToHashSet();
        var files = names.Where(name => plain.Contains(name) || (name.EndsWith(".txt.xz", StringComparison.Ordinal) && !plain.Contains(name[..^3])));
        var ordered = files.Order(StringComparer.Ordinal).ToArray();
        return ordered.Length > 0
            ? ordered
            : throw new FileNotFoundException($"{Path.GetFullPath(folder)} holds no *.{split}.txt or *.{split}.txt.xz. Name a folder with texts by --corpus: one paragraph a line, an empty line between documents.");
    }

    /// <summary>Pieces of about one length: paragraphs of a document, joined until they are long enough.</summary>
    private static IEnumerable<string> Texts(string file)
    {
        var piece = new List<string>();
        var length = 0;
        foreach (var line in Lines(file))
        {
            if (line.Length > 0)
            {
                piece.Add(line);
                length += line.Length;
            }
            if (piece.Count == 0 || (line.Length > 0 && length < CharactersOfText))
                continue;
            yield return string.Join('\n', piece);
            piece.Clear();
            length = 0;
        }
        if (piece.Count > 0)
            yield return string.Join('\n', piece);
    }

    private static IEnumerable<string> Lines(string file)
    {
        if (!file.EndsWith(".xz", StringComparison.Ordinal))
            return File.ReadLines(file);
        return Unpacked(file);
    }

    private static IEnumerable<string> Unpacked(string file)
    {
        using var xz = Process.Start(new ProcessStartInfo("xz", ["-dc", file]) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{file} needs the xz program, which did not start. Install it, or unpack the file.");
        while (xz.StandardOutput.ReadLine() is { } line)
            yield return line;
        xz.WaitForExit();
        if (xz.ExitCode != 0)
            throw new InvalidDataException($"xz could not unpack {file}: exit code {xz.ExitCode}.");
    }
}
