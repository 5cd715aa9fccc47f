using System.CommandLine;
using TextClassification;

var data = new Option<FileInfo?>("--data") { Description = "Training texts: tab-separated, header Label, Text. Default: the support tickets of this example." };
var test = new Option<FileInfo?>("--test") { Description = "Test texts in the same form. Default: every fifth training text is held out." };
var json = new Option<FileInfo?>("--json") { Description = "File for the results as JSON." };
var output = new Option<FileInfo>("--model") { Description = "Where the model is saved.", DefaultValueFactory = _ => new FileInfo("model.zip") };
var root = new RootCommand("Trains a text classifier on RouteSAE features and says why it decides as it does.") { data, test, json, output };
root.SetAction(result => Guard(() => new Example(
    result.GetValue(data)?.FullName, result.GetValue(test)?.FullName, result.GetValue(json)?.FullName, result.GetValue(output)!.FullName).Run()));

var model = new Option<FileInfo>("--model") { Required = true };
var texts = new Option<FileInfo>("--data") { Required = true };
var predictions = new Option<FileInfo>("--output") { Required = true };
var predict = new Command(SecondProcess.Command, "Predicts with a saved model; the example starts itself with this.") { model, texts, predictions };
predict.SetAction(result => Guard(() => SecondProcess.Run(
    result.GetValue(model)!.FullName, result.GetValue(texts)!.FullName, result.GetValue(predictions)!.FullName)));
root.Subcommands.Add(predict);

return root.Parse(args).Invoke();

static int Guard(Func<int> action)
{
    try
    {
        return action();
    }
    catch (Exception e) when (e is IOException or FormatException or InvalidOperationException or ArgumentException
        or UnauthorizedAccessException or DllNotFoundException or NotSupportedException)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
}
