using Microsoft.ML;
using Microsoft.ML.Data;

namespace TextClassification;

/// <summary>A row of a data file: tab-separated, with the header Label, Text.</summary>
public sealed class LabeledText
{
    [LoadColumn(0)]
    public string Label { get; set; } = "";

    [LoadColumn(1)]
    public string Text { get; set; } = "";

    /// <summary>Reads a file.</summary>
    public static IReadOnlyList<LabeledText> Read(MLContext ml, string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"The data file '{path}' does not exist.");
        var header = File.ReadLines(path).FirstOrDefault();
        if (header != "Label\tText")
            throw new InvalidDataException($"{path}, line 1: the header is '{header}'; 'Label<tab>Text' is expected.");
        var rows = ml.Data.LoadFromTextFile<LabeledText>(path, hasHeader: true, allowQuoting: false);
        LabeledText[] texts = [.. ml.Data.CreateEnumerable<LabeledText>(rows, reuseRowObject: false)];
        return texts.Length > 0 ? texts : throw new InvalidDataException($"{path} has a header but no texts.");
    }
}
