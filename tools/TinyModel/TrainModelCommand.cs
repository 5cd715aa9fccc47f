using System.Diagnostics;
using System.Globalization;
using RouteSae.LanguageModels;
using RouteSae.Tokens;

namespace RouteSae.Tools.TinyModel;

/// <summary>
/// <c>train-model</c>: the language model, from the encoded corpora to a checkpoint folder. Started again after an
/// interruption, it goes on from the last saved state.
/// </summary>
internal static class TrainModelCommand
{
    private const int Seed = 1;
    private const int ContextLength = 256;
    private const int BatchWindows = 16;
    private const int ReportInterval = 20;
    private static readonly TimeSpan s_stateEvery = TimeSpan.FromMinutes(10);

    public static void Run(Arguments arguments)
    {
        var output = arguments.Text("output");
        var tokens = TokenFile.Read(Path.Combine(output, "train.tokens"));
        var steps = arguments.Number("steps");
        var config = Configuration(TextTokenizer.Load(Path.Combine(output, "model")).VocabularySize);
        using var model = DecoderModel.CreateRandom(config, Seed, Precision.BFloat16);
        using var trainer = new LanguageModelTrainer(model);
        var state = Path.Combine(output, "state.safetensors");
        if (File.Exists(state))
            trainer.Restore(state);
        var schedule = new RateSchedule(
            Matrices: 0.015, Others: 3e-3, WeightDecay: 0.01, WarmUpSteps: 60, DecayFrom: 0.6);
        var windows = new TokenWindows(tokens, ContextLength, Seed);
        Console.WriteLine($"{tokens.Length:N0} tokens, {windows.Count:N0} windows, {model.Parameters.Sum(p => p.NumberOfElements):N0} parameters");

        using var log = new StreamWriter(Path.Combine(output, "train.log"), append: true) { AutoFlush = true };
        var clock = Stopwatch.StartNew();
        var (saved, first, mean) = (TimeSpan.Zero, trainer.Steps, double.NaN);
        double Progress() => (double)trainer.Steps / steps;
        while (trainer.Steps < steps)
        {
            var (inputs, targets) = windows.Batch(trainer.Steps * BatchWindows, BatchWindows);
            using (inputs)
            using (targets)
            {
                var loss = trainer.Step(inputs, targets, schedule.At(trainer.Steps, Progress()));
                mean = double.IsNaN(mean) ? loss : 0.98 * mean + 0.02 * loss;
            }
            if (trainer.Steps % ReportInterval == 0)
            {
                var rate = (trainer.Steps - first) * BatchWindows * ContextLength / clock.Elapsed.TotalSeconds;
                var line = string.Create(CultureInfo.InvariantCulture, $"step {trainer.Steps} tokens {trainer.Steps * BatchWindows * ContextLength} loss {mean:F4} tokens/s {rate:F0} minutes {clock.Elapsed.TotalMinutes:F1} progress {Progress():F3}");
                log.WriteLine(line);
                Console.WriteLine(line);
            }
            if (clock.Elapsed - saved > s_stateEvery)
            {
                trainer.SaveState(state);
                saved = clock.Elapsed;
            }
        }
        trainer.SaveState(state);
        model.Save(Path.Combine(output, "model"));
        Console.WriteLine($"{trainer.Steps:N0} steps, {trainer.Steps * BatchWindows * ContextLength:N0} tokens, {clock.Elapsed.TotalMinutes:F1} minutes");
    }

    private static DecoderConfig Configuration(int vocabulary) => new()
    {
        ModelType = "llama",
        HiddenSize = 256,
        IntermediateSize = 704,
        LayerCount = 8,
        AttentionHeads = 4,
        KeyValueHeads = 4,
        HeadSize = 64,
        VocabularySize = vocabulary,
        MaxPositions = ContextLength,
        NormEpsilon = 1e-5,
        TiedEmbeddings = true,
        EndOfSequence = [0],
    };
}
