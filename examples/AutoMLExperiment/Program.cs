using System.CommandLine;
using AutoMLExample;

var seconds = new Option<uint>("--seconds") { Description = "How long to look, in seconds.", DefaultValueFactory = _ => 120 };
var trials = new Option<int?>("--trials") { Description = "The most trials. Default: as many as the time allows." };
var output = new Option<FileInfo>("--model") { Description = "Where the best model is saved.", DefaultValueFactory = _ => new FileInfo("automl-model.zip") };
var root = new RootCommand("Lets Microsoft.ML.AutoML choose the options of the RouteSae column and the trainer.") { seconds, trials, output };
root.SetAction((result, cancellationToken) => new Experiment(
    result.GetValue(seconds), result.GetValue(trials), result.GetValue(output)!.FullName).RunAsync(cancellationToken));
return await root.Parse(args).InvokeAsync();
