namespace RouteSae.Tools.TinyModel;

/// <summary>The plain corpora: <c>NAME.train.txt</c> and <c>NAME.valid.txt</c>, one paragraph a line, an empty line between documents.</summary>
internal static class CorpusFiles
{
    /// <summary>The files of one split in the order of their names.</summary>
    public static IReadOnlyList<string> Of(string folder, string split)
    {
        var files = Directory.GetFiles(folder, $"*.{split}.txt").Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0
            ? files
            : throw new FileNotFoundException($"{folder} holds no *.{split}.txt. Unpack the corpora first: xz -dk *.xz");
    }

    /// <summary>The documents of a file, paragraphs joined by a newline.</summary>
    public static IEnumerable<string> Documents(string path)
    {
        var paragraphs = new List<string>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.Length > 0)
            {
                paragraphs.Add(line);
            }
            else if (paragraphs.Count > 0)
            {
                yield return string.Join('\n', paragraphs);
                paragraphs.Clear();
            }
        }
        if (paragraphs.Count > 0)
            yield return string.Join('\n', paragraphs);
    }
}
