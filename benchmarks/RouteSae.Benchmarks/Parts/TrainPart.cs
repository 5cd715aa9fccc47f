using RouteSae.Autoencoders;
using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.PlainPort;
using RouteSae.Benchmarks.Reporting;
using RouteSae.Benchmarks.Work;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>A training step, everything in: forward, backward, optimiser. And the memory it takes.</summary>
internal sealed class TrainPart : IPart
{
    public string Name => "train";

    public void Run(BenchmarkOptions options, BenchmarkReport report)
    {
        var memory = new MemoryTable();
        foreach (var scale in options.Scales)
        {
            report.Say($"{Name}, memory, {scale.Describe(scale.Tokens)}");
            memory.Add(scale, options.Fidelity);
        }

        var table = new ComparisonTable($"Training step ({options.Fidelity})");
        foreach (var scale in options.Scales)
        {
            foreach (var tokens in scale.TrainingBatches)
            {
                report.Say($"{Name}, {scale.Describe(tokens)}");
                Measure(table, scale, tokens, options);
            }

            if (scale.AuthorsTraining is { } figure)
                table.AddElsewhere(scale.Name, figure);
        }

        report.Add(table.ToMarkdown());
        report.Add(memory.ToMarkdown());
    }

    private static void Measure(ComparisonTable table, Scale scale, int tokens, BenchmarkOptions options)
    {
        using var scope = NewDisposeScope();
        using var batches = new TrainingBatches(scale, tokens);
        using var models = new PathModels(scale.Architecture(options.Fidelity));
        using var plain = new PlainRouteSae(models.All[0]);
        using var plainTrainer = new PlainTrainer(plain);
        using var trainers = new PathTrainers(models);
        using var product = new BFloat16Product(scale, tokens);
        var plainStep = new Variant(PlainRouteSae.Name, batches.EachTime(batch => plainTrainer.Step(batch.HiddenStates)));
        var steps = trainers.All.Zip(models.All, (trainer, model) => new Variant(model.Path.ToString(), batches.EachTime(batch => trainer.Step(batch))));
        var timings = AlternatingRounds.Measure([plainStep, .. steps, new("bfloat16 product", product.Run)], options.Rounds);
        table.Add(scale.Describe(tokens), tokens, [.. timings.SkipLast(1)]);
        NoteProduct(table, scale.Describe(tokens), timings[^1], timings.First(timing => timing.Name == nameof(ComputePath.Auto)));
    }

    private static void NoteProduct(ComparisonTable table, string work, Timing product, Timing step) =>
        table.Note($"{work}: the bfloat16 product x W_encᵀ alone takes {product.Seconds * 1e3:F1} ms, {product.Seconds / step.Seconds:P0} of the step of {step.Name}.");
}
