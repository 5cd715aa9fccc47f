using RouteSae.Autoencoders;
using RouteSae.LanguageModels;
using RouteSae.Native;
using RouteSae.Tokens;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;

// Usage: RouteSae.TrainingProbe LANGUAGE-MODEL CHECKPOINTS RESULTS
// Trains two autoencoders on one pass of a small language model, on one thread, with a checkpoint every third step. Prints
// "step N" after each step; at the end it writes both models into the folder RESULTS.
const int steps = 120, batchTokens = 48;
TorchRuntime.Threads = 1;
var architecture = new RouteSaeArchitecture { HiddenSize = 32, RoutedHiddenStates = [2, 4, 6], Latents = 128, ActiveLatents = 8 };
using var languageModel = DecoderModel.Load(args[0], new DecoderLoadOptions { Precision = Precision.Float32 });
using var routed = RouteSaeModel.Create(architecture, seed: 1);
using var jump = new SingleLayerModel(JumpReluAutoencoder.Create(new() { HiddenSize = 32, Latents = 128, Bandwidth = 0.1 }, seed: 2), hiddenState: 4);
using var routedTrainer = new AutoencoderTrainer(routed, Options(wanted: null));
using var jumpTrainer = new AutoencoderTrainer(jump, Options(wanted: 8));

var texts = Enumerable.Range(0, 150).Select(i => $"Story {i}: the quick brown fox number {i} jumps over {i * 7} lazy dogs, and then it rains.");
using var source = new TextActivationSource(languageModel, TextTokenizer.Load(args[0]), architecture.RoutedHiddenStates, new TextActivationOptions
{
    ContextLength = 32, WindowsPerForward = 4, ShuffleBuffer = 20, BatchTokens = batchTokens, MixedBatches = 4, Passes = 2,
}).Open(texts);

var results = new TrainingSweep([new("routed", routedTrainer), new("jump", jumpTrainer)]).Train(
    source, new CheckpointOptions { Folder = args[1], StepInterval = 3, Warnings = new Lines<string>(Console.WriteLine) }, new Lines<SweepProgress>(Report));

Directory.CreateDirectory(args[2]);
Write("routed", routed);
Write("jump", jump);
Console.WriteLine($"done: {results[0].Report.Steps} steps, {results[0].Report.Last!.DeadLatents} dead latents");
return results.All(result => result.Failure is null) ? 0 : 1;

static AutoencoderTrainerOptions Options(double? wanted) => new()
{
    TotalTokens = steps * batchTokens, BatchTokens = batchTokens, LearningRate = 2e-3, DeadAfterTokens = 500, ReportInterval = 1, TargetActiveLatents = wanted,
};

static void Report(SweepProgress progress)
{
    if (progress.Name != "jump")
        return;
    Console.WriteLine($"step {progress.Progress.Step}");
}

void Write(string name, AutoencoderModel model)
{
    using var file = File.Create(Path.Combine(args[2], name + ".safetensors"));
    model.Save(file);
}

internal sealed class Lines<T>(Action<T> write) : IProgress<T>
{
    public void Report(T value) => write(value);
}
