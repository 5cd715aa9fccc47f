using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.Reporting;
using RouteSae.Benchmarks.Work;
using RouteSae.Features;
using RouteSae.LanguageModels;

namespace RouteSae.Benchmarks.Parts;

/// <summary>Texts to feature vectors with the embedded model: the whole way.</summary>
internal sealed class FeaturisePart : IPart
{
    /// <summary>The plain way takes minutes for 2,000 texts.</summary>
    private const int MostRounds = 3;

    private const int WarmUpTexts = 64;
    private const int Seed = 3;

    public string Name => "featurise";

    public void Run(BenchmarkOptions options, BenchmarkReport report)
    {
        var bundle = new EmbeddedBundle();
        var texts = MixedTexts.Make(options.Texts, bundle.Tokenizer, Seed);
        int[] lengths = [.. texts.Select(text => bundle.Preparer.Prepare(text).Length)];
        report.Say($"{Name}, {texts.Count} texts");
        var table = new ComparisonTable("Featurise texts with the embedded model");
        table.Add($"{texts.Count:N0} texts, median {Timing.Median(lengths.Select(length => (double)length)):F0} tokens", lengths.Sum(), Measure(bundle, texts, options.Rounds));
        table.Note(
            $"The plain port pads each text to the context of {bundle.ContextLength} tokens, as the reference does to 512, and runs the whole model with its output head in batches of 64 texts. Tokens are counted without padding; tokenising is part of the time. At most {MostRounds} rounds.");
        report.Add(table.ToMarkdown());
    }

    private static IReadOnlyList<Timing> Measure(EmbeddedBundle bundle, IReadOnlyList<string> texts, int rounds)
    {
        using var plain = bundle.LoadPlain();
        using var single = bundle.Load(Precision.Float32);
        using var brain = bundle.Load(Precision.BFloat16);
        string[] few = [.. texts.Take(WarmUpTexts)];
        Variant Product(TextFeaturizer featurizer, Precision precision) =>
            new(precision.ToString(), () => featurizer.Featurize(texts, Pooling.Max), () => featurizer.Featurize(texts, Pooling.Max));
        return AlternatingRounds.Measure(
            [
                new("plain port, full model", () => plain.Featurize(texts), () => plain.Featurize(few)),
                Product(single, Precision.Float32),
                Product(brain, Precision.BFloat16),
            ],
            Math.Min(rounds, MostRounds));
    }
}
