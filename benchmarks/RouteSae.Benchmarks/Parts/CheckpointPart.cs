using System.Diagnostics;
using System.Text;
using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.Reporting;
using RouteSae.Benchmarks.Work;
using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>Loading and running a checkpoint as large as Llama-3.2-1B: time, and peak memory beside the size of its file.</summary>
internal sealed class CheckpointPart : IPart
{
    private const int Texts = 2;
    private const int TokensPerText = 256;
    private const int LastRouted = 12; // of 16 layers
    private const double Megabyte = 1e6;

    public string Name => "checkpoint";

    public bool OnlyByName => true;

    public void Run(BenchmarkOptions options, BenchmarkReport report)
    {
        report.Say($"{Name}: writing 2.5 GB of random weights");
        using var checkpoint = SyntheticCheckpoint.Write();
        var rows = new StringBuilder();
        foreach (var precision in new[] { Precision.Float32, Precision.BFloat16 })
        {
            rows.Append(Row(checkpoint, precision, lastHiddenState: null));
            rows.Append(Row(checkpoint, precision, LastRouted));
        }
        report.Add($"""
            ## A checkpoint of the size of Llama-3.2-1B

            The file has {checkpoint.Bytes / Megabyte:N0} MB in bfloat16. Forward: {Texts} x {TokensPerText} tokens; the whole model with logits, a text at a time, or up to hidden state {LastRouted}.

            | precision | loaded up to | loading, s | peak while loading, MB | forward, tokens/s | peak of all, MB |
            |---|---|--:|--:|--:|--:|
            {rows}
            Peak: VmHWM of the process, pages of the mapped file included; Linux only.

            """);
    }

    private static string Row(SyntheticCheckpoint checkpoint, Precision precision, int? lastHiddenState)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        PeakMemory.Resident(); // gives back what the row before has left
        DecoderModel? model = null;
        var clock = Stopwatch.StartNew();
        var loading = PeakMemory.While(() => model = DecoderModel.Load(checkpoint.Folder, new DecoderLoadOptions { Precision = precision, LastHiddenState = lastHiddenState }));
        var seconds = clock.Elapsed.TotalSeconds;
        using (model)
        {
            using var generator = new Generator(2);
            var ids = randint(model!.Config.VocabularySize, [Texts, TokensPerText], ScalarType.Int64, generator: generator);
            var rate = 0.0;
            var running = PeakMemory.While(() => rate = Forward(model, ids, lastHiddenState));
            var depth = lastHiddenState is { } last ? $"hidden state {last}" : "logits";
            return $"| {precision} | {depth} | {seconds:F1} | {Show(loading)} | {rate:F0} | {Show(running is null ? null : Math.Max(loading!.Value, running.Value))} |\n";
        }
    }

    /// <summary>Tokens a second of the second pass; the first one reads what is mapped.</summary>
    private static double Forward(DecoderModel model, Tensor ids, int? lastHiddenState)
    {
        var clock = new Stopwatch();
        for (var pass = 0; pass < 2; pass++)
        {
            clock.Restart();
            using var output = model.Forward(ids, null, new ForwardRequest { HiddenStates = [lastHiddenState ?? model.Config.LayerCount] });
            if (lastHiddenState is not null)
                continue;
            // As `routesae activations` does: a row of logits is as wide as the vocabulary.
            for (var text = 0; text < Texts; text++)
                model.Logits(output.HiddenState(model.Config.LayerCount)[text]).Dispose();
        }
        return ids.NumberOfElements / clock.Elapsed.TotalSeconds;
    }

    private static string Show(long? bytes) => bytes is { } number ? $"{number / Megabyte:N0}" : "n/a";
}
