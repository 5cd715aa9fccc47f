// A process that never names a type of ours: plain mlContext.Model.Load of the zip args[0]. Prints, for each following argument,
// the features of that text as "index:value" pairs (round-trip format), and the number and last of the slot names.
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

internal sealed class Input
{
    public string Text { get; set; } = "";
}
