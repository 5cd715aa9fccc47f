// Trains three autoencoders on one pass of a language model over the texts, and compares them on other texts.
// Interrupt it and run it again: it goes on from its last checkpoint. Arguments: a folder for the results (default: trained),
// and a checkpoint folder in Hugging Face's format (default: the embedded model).
using RouteSae.Autoencoders;
using RouteSae.Evaluation;
using RouteSae.Files;
using RouteSae.LanguageModels;
using RouteSae.TinyModel;
using RouteSae.Tokens;
using RouteSae.Training;
using RouteSae.Training.Checkpoints;
using RouteSae.Training.Sources;

if (args.Length > 2 || args.Any(argument => argument.StartsWith('-')))
{
    const string usage = "Usage: TrainAutoencoders [folder for the results (default: trained)] [checkpoint folder in Hugging Face's format (default: the embedded model)]";
    var help = args.Any(argument => argument is "--help" or "-h");
    (help ? Console.Out : Console.Error).WriteLine(usage);
    return help ? 0 : 2;
}

var output = Directory.CreateDirectory(args.Length > 0 ? args[0] : "trained").FullName;
var modelFolder = args.Length > 1 ? args[1] : TinyModelFiles.CopyLanguageModel(Path.Combine(output, "language-model"));
using var languageModel = DecoderModel.Load(modelFolder);
var tokenizer = TextTokenizer.Load(modelFolder);

// What shall be trained: any architectures, sizes and seeds.
var config = languageModel.Config;
var middle = config.DefaultRoutedHiddenStates;
var sizes = new AutoencoderArchitecture { HiddenSize = config.HiddenSize, Latents = 512 };
var topK = new TopKArchitecture { HiddenSize = config.HiddenSize, Latents = 512, ActiveLatents = 16 };
using var routed = RouteSaeModel.Create(
    new RouteSaeArchitecture { HiddenSize = config.HiddenSize, RoutedHiddenStates = middle, Latents = 512, ActiveLatents = 16 }, seed: 1);
using var single = new SingleLayerModel(TopKAutoencoder.Create(topK, seed: 1), middle[^1]);
using var relu = new SingleLayerModel(ReluAutoencoder.Create(sizes, seed: 1), middle[^1]);

using var routedTrainer = new AutoencoderTrainer(routed, Options());
using var singleTrainer = new AutoencoderTrainer(single, Options());
using var reluTrainer = new AutoencoderTrainer(relu, Options(targetActiveLatents: 16));
var sweep = new TrainingSweep([new("RouteSAE", routedTrainer), new("TopK", singleTrainer), new("ReLU", reluTrainer)]);

// One pass of the language model feeds all three; checkpoints hold everything that is needed to go on, bit for bit.
var activations = new TextActivationSource(languageModel, tokenizer, sweep.HiddenStates, new TextActivationOptions { BatchTokens = 512, Passes = 3 });
using var source = activations.Open(Texts("tickets.train.tsv"));
var results = sweep.Train(
    source, new CheckpointOptions { Folder = Path.Combine(output, "checkpoints") }, new Printed());

Console.WriteLine();
Console.WriteLine("autoencoder  L0     normalised MSE  KL a token  loss recovered");
foreach (var (result, model) in results.Zip(new AutoencoderModel[] { routed, single, relu }))
{
    AtomicFile.Write(Path.Combine(output, $"{result.Name}.safetensors"), model.Save);
    var held = EvaluationBatches.FromTexts(tokenizer, Texts("tickets.test.tsv"), contextLength: 256);
    var report = new AutoencoderEvaluator(languageModel, model).Evaluate(held);
    Console.WriteLine(FormattableString.Invariant(
        $"{result.Name,-12} {report.ActiveLatents,-6:F1} {report.NormalizedMse,-15:F3} {report.Downstream!.KlPerToken,-11:F3} {report.Downstream.LossRecoveredFromZero:F3}"));
}

return 0;

static AutoencoderTrainerOptions Options(double? targetActiveLatents = null) => new()
{
    TotalTokens = 60_000,
    BatchTokens = 512,
    LearningRate = 2e-3,
    TargetActiveLatents = targetActiveLatents,
};

static IEnumerable<string> Texts(string file) =>
    File.ReadLines(Path.Combine(AppContext.BaseDirectory, "data", file)).Skip(1).Select(line => line.Split('\t')[1]);

/// <summary>Prints progress at once; Progress&lt;T&gt; would print it later, in any order.</summary>
internal sealed class Printed : IProgress<SweepProgress>
{
    public void Report(SweepProgress value)
    {
        var progress = value.Progress;
        if (progress.Step % 40 == 0)
            Console.WriteLine(FormattableString.Invariant(
                $"{value.Name,-9} step {progress.Step} of {progress.TotalSteps}: normalised MSE {progress.NormalizedMse:F3}, L0 {progress.ActiveLatents:F1}"));
        if (progress.RoutingWarning is { } warning)
            Console.WriteLine(warning);
    }
}
