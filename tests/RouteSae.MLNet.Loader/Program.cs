// A process that never names a type of ours: plain mlContext.Model.Load of the zip args[0]. Prints, for each following argument,
// the features of that text as "index:value" pairs (round-trip format), and the number and last of the slot names. A classifier's
// predicted labels and scores follow.
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var ml = new MLContext(seed: 1);
var model = ml.Model.Load(args[0], out _);
var texts = args[1..].Select(text => new Input { Text = text });
var output = model.Transform(ml.Data.LoadFromEnumerable(texts));
var column = output.Schema["Features"];

VBuffer<ReadOnlyMemory<char>> names = default;
column.Annotations.GetValue("SlotNames", ref names);
Console.WriteLine($"names {names.Length} {names.GetItemOrDefault(names.Length - 1)}");
foreach (var vector in output.GetColumn<VBuffer<float>>(column))
{
    Console.WriteLine("row " + string.Join(' ', vector.Items().Select(item => $"{item.Key}:{item.Value:R}")));
}

if (output.Schema.GetColumnOrNull("Score") is { } score)
{
    foreach (var (label, scores) in output.GetColumn<string>("PredictedLabel").Zip(output.GetColumn<float[]>(score)))
    {
        Console.WriteLine($"score {label} {string.Join(' ', scores.Select(value => $"{value:R}"))}");
    }
}

internal sealed class Input
{
    public string Text { get; set; } = "";

    /// <summary>Not known yet; a saved training pipeline still asks for the column.</summary>
    public string Label { get; set; } = "";
}
