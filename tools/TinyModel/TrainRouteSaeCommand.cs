using System.Globalization;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.Interpretation;
using RouteSae.LanguageModels;
using RouteSae.Tokens;
using RouteSae.Training;
using static TorchSharp.torch;

namespace RouteSae.Tools.TinyModel;

/// <summary><c>train-routesae</c>: router and autoencoder on the hidden states of the trained language model, names of the latents, and the bundle.</summary>
internal static class TrainRouteSaeCommand
{
    private const int Seed = 1;
    private const int BatchWindows = 16;

    public static void Run(Arguments arguments)
    {
        var output = arguments.Text("output");
        var target = arguments.Text("bundle");
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any() && !File.Exists(Path.Combine(target, BundleManifest.FileName)))
            throw new ArgumentException($"--bundle {target} is a folder with other files. Name a new folder, or one that holds a bundle, which is replaced.");
        var folder = Path.Combine(output, "model");
        var tokenizer = TextTokenizer.Load(folder);
        var config = DecoderConfig.Parse(File.ReadAllText(Path.Combine(folder, "config.json")), "config.json");
        var routed = config.DefaultRoutedHiddenStates;
        using var languageModel = DecoderModel.Load(folder, new DecoderLoadOptions { LastHiddenState = routed.Max(), Precision = Precision.BFloat16 });
        var source = new WindowActivations(
            languageModel, new TokenWindows(TokenFile.Read(Path.Combine(output, "train.tokens")), config.MaxPositions, Seed), routed, BatchWindows);
        using var model = RouteSaeModel.Create(
            new RouteSaeArchitecture
            {
                HiddenSize = config.HiddenSize,
                RoutedHiddenStates = routed,
                Latents = arguments.Number("latents", 4096),
                ActiveLatents = arguments.Number("active", 32),
            },
            Seed);
        Train(model, source, arguments, output);
        AtomicFile.Write(Path.Combine(output, "routesae.safetensors"), model.Save);
        var features = Name(model, source, tokenizer, arguments.Number("naming-tokens", 2_000_000));
        var bundle = new FeatureBundleBuilder
        {
            Name = "RouteSae.TinyModel",
            Model = model,
            LanguageModelFolder = folder,
            Features = features,
            ContextLength = config.MaxPositions,
        }.Build();
        bundle.Save(target);
        Console.WriteLine($"{features.Features.Count(f => f.Tokens.Count == 0)} of {features.Features.Count} latents never fired on the naming tokens");
    }

    private static void Train(RouteSaeModel model, WindowActivations source, Arguments arguments, string output)
    {
        var options = new AutoencoderTrainerOptions
        {
            TotalTokens = arguments.Number("tokens", 8_000_000),
            BatchTokens = BatchWindows * (source.ContextLength - 1),
            ReportInterval = 50,
        };
        using var trainer = new AutoencoderTrainer(model, options);
        using var log = new StreamWriter(Path.Combine(output, "routesae.log")) { AutoFlush = true };
        var report = trainer.Train(source.Batches(), new ImmediateProgress(progress =>
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"step {progress.Step}/{progress.TotalSteps} tokens {progress.Tokens} tokens/s {progress.TokensPerSecond:F0} loss {progress.Loss:F4} nmse {progress.NormalizedMse:F4} L0 {progress.ActiveLatents:F1} dead {progress.DeadLatents} share {string.Join(' ', progress.RoutingShare!.Select(s => s.ToString("F3", CultureInfo.InvariantCulture)))} entropy {progress.ShareEntropy:F3} {progress.TokenEntropy:F3}");
            log.WriteLine(line);
            Console.WriteLine(line);
        }));
        Console.WriteLine($"{report.Steps:N0} steps, {report.Tokens:N0} tokens, {report.Duration.TotalMinutes:F1} minutes");
    }

    /// <summary>Names the latents on windows that training has not come to yet.</summary>
    private static FeatureCatalog Name(RouteSaeModel model, WindowActivations source, TextTokenizer tokenizer, int tokens)
    {
        using var noGradient = no_grad();
        var builder = new FeatureCatalogBuilder(model.Architecture.Latents);
        foreach (var (batch, ids) in source.BatchesWithTokens())
        {
            using var scope = NewDisposeScope();
            using (batch)
            {
                using var activations = model.Route(batch.RealTokens());
                using var codes = model.Encode(activations.X);
                builder.Add(codes, [.. WordPrefixes.Of(ids.Select(tokenizer.TokenText)).Where((_, i) => ids[i] != 0)]);
            }
            if (builder.Tokens >= tokens)
                break;
        }
        return builder.Build();
    }

    private sealed class ImmediateProgress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
