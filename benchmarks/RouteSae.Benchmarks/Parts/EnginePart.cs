using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.Reporting;
using RouteSae.Benchmarks.Work;
using RouteSae.Features;
using RouteSae.Hub;
using RouteSae.LanguageModels;
using RouteSae.LanguageModels.Engine;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>The managed language model against ours in libtorch, on texts of mixed lengths: the same routed hidden states of the same tokens.</summary>
internal sealed class EnginePart : IPart, IHiddenStateReader
{
    private const int TokensPerBatch = 4096;
    private const int Seed = 4;
    private const int Vocabulary = 1024;

    /// <summary>Few enough for D 2048.</summary>
    private const int FewTexts = 100;

    public string Name => "engine";

    public void Run(BenchmarkOptions options, BenchmarkReport report)
    {
        var table = new ComparisonTable("Language model without a native library");
        foreach (var size in options.Scales.Select(scale => scale.HiddenSize))
        {
            if (size == Scale.Embedded.HiddenSize)
            {
                Embedded(options, report, table);
                continue;
            }

            using var folder = new BenchmarkCheckpoint(LanguageModelPart.ConfigOf(size));
            var random = new Random(Seed);
            int[][] texts = [.. Enumerable.Range(0, FewTexts).Select(_ => Enumerable.Range(0, random.Next(5, 60)).Select(_ => random.Next(Vocabulary)).ToArray())];
            var layers = LanguageModelPart.ConfigOf(size).LayerCount;
            Compare(options, report, table, $"D {size}, {layers} layers", folder.Path, texts, [layers]);
        }

        table.Note("libtorch's decoder gets the same texts sorted by length and padded as the featurizer does it; tokens are counted without padding.");
        report.Add(table.ToMarkdown());
    }

    public void Read(int hiddenState, HiddenRows rows)
    {
    }

    private void Embedded(BenchmarkOptions options, BenchmarkReport report, ComparisonTable table)
    {
        var bundle = new EmbeddedBundle();
        int[][] texts = [.. MixedTexts.Make(options.Texts, bundle.Tokenizer, Seed).Select(text => bundle.Preparer.Prepare(text).Ids.ToArray()).Where(ids => ids.Length > 0)];
        using var folder = new BenchmarkCheckpoint(bundle);
        Compare(options, report, table, "embedded model", folder.Path, texts, bundle.RoutedHiddenStates);
    }

    private void Compare(BenchmarkOptions options, BenchmarkReport report, ComparisonTable table, string model, string folder, int[][] texts, IReadOnlyList<int> states)
    {
        var (tokens, last) = (texts.Sum(text => text.Length), states.Max());
        var work = $"{model}; {texts.Length:N0} texts, {tokens:N0} tokens";
        report.Say($"{Name}, {work}");
        using var noGradient = no_grad();
        using var single = DecoderModel.Load(folder, new DecoderLoadOptions { Precision = Precision.Float32, LastHiddenState = last });
        using var brain = DecoderModel.Load(folder, new DecoderLoadOptions { Precision = Precision.BFloat16, LastHiddenState = last });
        using var source = Checkpoint.OpenFolder(folder);
        var engine = DecoderEngine.Load(single.Config, new TensorWeights(source), last);
        RaggedTokens[] ragged = [.. Batches(texts)];
        var request = new ForwardRequest { HiddenStates = states };
        table.Add(work, tokens, AlternatingRounds.Measure(
            [
                new("libtorch, float32", () => Torch(single, texts, request)),
                new("libtorch, bfloat16", () => Torch(brain, texts, request)),
                new("managed, float32", () => Managed(engine, ragged, states)),
            ],
            options.Rounds));
    }

    private void Managed(DecoderEngine engine, RaggedTokens[] batches, IReadOnlyList<int> states)
    {
        foreach (var batch in batches)
        {
            engine.Forward(batch, states, this);
        }
    }

    private static IEnumerable<RaggedTokens> Batches(int[][] texts)
    {
        var together = new List<int[]>();
        foreach (var text in texts)
        {
            if (together.Count > 0 && together.Sum(other => other.Length) + text.Length > TokensPerBatch)
            {
                yield return RaggedTokens.Of(together);
                together.Clear();
            }

            together.Add(text);
        }

        yield return RaggedTokens.Of(together);
    }

    private static void Torch(DecoderModel model, int[][] texts, ForwardRequest request)
    {
        foreach (var batch in TextBatch.Pack([.. texts.Select(text => text.Length)], TokensPerBatch))
        {
            var ids = new long[batch.Texts.Count * batch.PaddedLength];
            for (var row = 0; row < batch.Texts.Count; row++)
            {
                var text = texts[batch.Texts[row]];
                for (var i = 0; i < text.Length; i++)
                {
                    ids[row * batch.PaddedLength + i] = text[i];
                }
            }

            using var input = tensor(ids, [batch.Texts.Count, batch.PaddedLength]);
            model.Forward(input, null, request).Dispose();
        }
    }
}
