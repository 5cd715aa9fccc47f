using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.Reporting;
using RouteSae.LanguageModels;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>The forward pass of a language model in bfloat16 against float32, on random weights.</summary>
internal sealed class LanguageModelPart : IPart
{
    private const int Texts = 8;
    private const int TokensPerText = 256;
    private const int Vocabulary = 1024;

    public string Name => "language-model";

    public void Run(BenchmarkOptions options, BenchmarkReport report)
    {
        var table = new ComparisonTable("Language model, forward");
        foreach (var config in options.Scales.Select(scale => ConfigOf(scale.HiddenSize)))
        {
            var work = $"D {config.HiddenSize}, {config.LayerCount} layers; {Texts} x {TokensPerText} tokens";
            report.Say($"{Name}, {work}");
            table.Add(work, Texts * TokensPerText, Measure(config, options.Rounds));
        }

        table.Note("The baseline here is the product's own float32 forward pass: all layers, no output head.");
        report.Add(table.ToMarkdown());
    }

    /// <summary>The proportions of Llama-3.2-1B for D 2048, else of the embedded model; the fewer layers, the wider.</summary>
    public static DecoderConfig ConfigOf(int hiddenSize) => new()
    {
        ModelType = "llama",
        HiddenSize = hiddenSize,
        IntermediateSize = hiddenSize >= 2048 ? 4 * hiddenSize : 11 * hiddenSize / 4,
        LayerCount = Math.Clamp(2048 / hiddenSize, 2, 8),
        AttentionHeads = hiddenSize / 64,
        KeyValueHeads = hiddenSize >= 2048 ? hiddenSize / 256 : hiddenSize / 64,
        HeadSize = 64,
        VocabularySize = Vocabulary,
        MaxPositions = TokensPerText,
        TiedEmbeddings = true,
    };

    private static IReadOnlyList<Timing> Measure(DecoderConfig config, int rounds)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var single = DecoderModel.CreateRandom(config, seed: 1, Precision.Float32);
        using var brain = DecoderModel.CreateRandom(config, seed: 1, Precision.BFloat16);
        using var generator = new Generator(2);
        var ids = randint(Vocabulary, [Texts, TokensPerText], ScalarType.Int64, generator: generator);
        var request = new ForwardRequest { HiddenStates = [config.LayerCount] };
        Action Forward(DecoderModel model) => () => model.Forward(ids, null, request).Dispose();
        return AlternatingRounds.Measure([new("Float32", Forward(single)), new("BFloat16", Forward(brain))], rounds);
    }
}
