using RouteSae.Autoencoders;
using RouteSae.Benchmarks.Measuring;
using RouteSae.Benchmarks.PlainPort;
using RouteSae.Benchmarks.Reporting;
using RouteSae.Benchmarks.Work;
using static TorchSharp.torch;

namespace RouteSae.Benchmarks.Parts;

/// <summary>Compares a piece of inference: the plain port against the product on each of its paths, without gradients.</summary>
/// <typeparam name="TPlain">What the plain port's piece reads.</typeparam>
/// <typeparam name="TProduct">What the product's piece reads.</typeparam>
internal abstract class InferenceComparison<TPlain, TProduct> : IPart
{
    private const int Seed = 7;

    public abstract string Name { get; }

    protected abstract string Title { get; }

    /// <summary>Whether small batches are measured as well.</summary>
    protected virtual bool SmallBatches => false;

    public void Run(BenchmarkOptions options, BenchmarkReport report)
    {
        var table = new ComparisonTable(Title);
        foreach (var scale in options.Scales)
        {
            foreach (var tokens in SmallBatches ? scale.InferenceBatches : [scale.Tokens])
            {
                report.Say($"{Name}, {scale.Describe(tokens)}");
                table.Add(scale.Describe(tokens), tokens, Measure(scale, tokens, options.Rounds));
            }

            Complete(table, scale);
        }

        report.Add(table.ToMarkdown());
    }

    /// <summary>Adds rows and notes of a scale.</summary>
    protected virtual void Complete(ComparisonTable table, Scale scale)
    {
    }

    /// <summary>Prepares what the plain port's piece reads.</summary>
    protected abstract TPlain Prepare(PlainRouteSae plain, Tensor[] hiddenStates);

    /// <summary>Prepares what the product's piece reads.</summary>
    protected abstract TProduct Prepare(RouteSaeModel model, Tensor[] hiddenStates);

    /// <summary>The plain port's piece.</summary>
    protected abstract void Compute(PlainRouteSae plain, TPlain input);

    /// <summary>The product's piece.</summary>
    protected abstract void Compute(RouteSaeModel model, TProduct input);

    private IReadOnlyList<Timing> Measure(Scale scale, int tokens, int rounds)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        using var models = new PathModels(scale.Architecture());
        using var plain = new PlainRouteSae(models.All[0]);
        var hiddenStates = SyntheticHiddenStates.Make(tokens, scale.HiddenSize, scale.RoutedHiddenStates, Seed);
        var plainInput = Prepare(plain, hiddenStates);
        var input = Prepare(models.All[0], hiddenStates);
        var variants = models.All.Select(model => new Variant(model.Path.ToString(), Scoped(() => Compute(model, input))));
        return AlternatingRounds.Measure([new(PlainRouteSae.Name, Scoped(() => Compute(plain, plainInput))), .. variants], rounds);
    }

    private static Action Scoped(Action compute) => () =>
    {
        using var scope = NewDisposeScope();
        compute();
    };
}
