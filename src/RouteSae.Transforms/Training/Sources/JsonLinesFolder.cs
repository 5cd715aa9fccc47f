using System.Text;

namespace RouteSae.Training.Sources;

/// <summary>
/// The texts of a folder of JSON lines, one record a line, as the authors' program reads them: every file whose name ends in
/// ".jsonl", but not those of folders within. Holds one line at a time.
/// </summary>
/// <remarks>
/// The files come in the ordinal order of their names; the authors' program takes them as the file system lists them, which is
/// no order to rely on. As there, lines that are not JSON are skipped, and a record without the field counts as an empty text.
/// </remarks>
public sealed class JsonLinesFolder
{
    private const string Ending = ".jsonl";

    /// <summary>Finds the files.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keyword">The field of a record that holds its text. Default "text".</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The folder has no file of JSON lines.</exception>
    public JsonLinesFolder(string folder, string keyword = "text")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(keyword);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The folder '{folder}' does not exist. Name a folder that holds {Ending} files.");
        Folder = folder;
        Keyword = keyword;
        Files = Directory.GetFiles(folder)
            .Where(file => file.EndsWith(Ending, StringComparison.Ordinal))
            .OrderBy(Path.GetFileName, StringComparer.Ordinal)
            .ToArray();
        if (Files.Count == 0)
            throw new FileNotFoundException(
                $"The folder '{folder}' holds no file whose name ends in {Ending}. Name the folder that holds the data itself: folders within are not searched.");
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The field of a record that holds its text.</summary>
    public string Keyword { get; }

    /// <summary>The files, in the order in which they are read.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The texts that are not blank, file by file and line by line. Enumerating again reads the files again.</summary>
    /// <param name="progress">Told after every file what has been found and what was skipped so far.</param>
    /// <param name="cancellationToken">Looked at before every line.</param>
    /// <exception cref="InvalidDataException">A record is no object, its text is no string, a file is not UTF-8, or the folder holds no text at all.</exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public IEnumerable<string> Texts(IProgress<JsonLinesSummary>? progress = null, CancellationToken cancellationToken = default)
    {
        var counter = new JsonLinesCounter();
        foreach (var file in Files)
        {
            foreach (var (number, line) in Lines(file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var text = JsonLine.ReadText(line, Keyword, $"{file}, line {number}", out var problem);
                counter.Add(text, problem);
                if (!string.IsNullOrEmpty(text))
                    yield return text;
            }
            counter.EndFile();
            progress?.Report(counter.Summary);
        }
        if (counter.Summary.Texts == 0)
            throw new InvalidDataException(NoText(counter.Summary));
    }

    private static IEnumerable<(long Number, string Line)> Lines(string file)
    {
        // Without a preamble to look for, a byte order mark stays in the first line, which then is no JSON, as in Python.
        using var reader = new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false);
        for (var number = 1L; ReadLine(reader, file, number) is { } line; number++)
            yield return (number, line);
    }

    private static string? ReadLine(StreamReader reader, string file, long number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{file} is not UTF-8 from about line {number} on. Convert the file to UTF-8.", exception);
        }
    }

    private string NoText(JsonLinesSummary summary)
    {
        var first = summary.FirstInvalidLine is null ? "" : $" The first line that is not JSON is {summary.FirstInvalidLine}";
        return $"The folder '{Folder}' holds no text: of {summary.Lines} lines in {summary.Files} files, {summary.InvalidLines} are not JSON, and {summary.RecordsWithoutText} records have no text in the field '{Keyword}'. Every line must be a record like {{\"{Keyword}\": \"...\"}}; name another field if the texts stand in one.{first}";
    }
}
