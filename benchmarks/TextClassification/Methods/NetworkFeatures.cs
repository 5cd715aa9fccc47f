using RouteSae.Autoencoders;
using RouteSae.Features;
using RouteSae.LanguageModels;

namespace RouteSae.ClassificationBenchmark;

/// <summary>What the networks, trained and random, make of the texts of a set: each pass of a language model is made once, when the first method asks for it, and kept.</summary>
/// <param name="model">The bundle's networks.</param>
/// <param name="set">The texts.</param>
/// <param name="seeds">The seeds of the run.</param>
/// <param name="files">Where passes are kept.</param>
/// <param name="log">Told of each pass.</param>
/// <param name="cancellationToken">Looked at before each batch.</param>
internal sealed class NetworkFeatures(BenchmarkedModel model, LabeledSet set, int seeds, PassFile files, Action<string> log, CancellationToken cancellationToken)
{
    /// <summary>Random networks are drawn anew for each seed while all draws together read no more tokens than this; then seeds share draws.</summary>
    private const long RandomTokens = 100_000;

    private static readonly Pooling[] Poolings = Enum.GetValues<Pooling>();

    private readonly Dictionary<string, SparseRows[]> _passes = [];
    private readonly Lazy<long> _tokens = new(() => model.Preparer.Prepare(set.Texts, cancellationToken).Sum(text => (long)text.Length));

    private int Width => model.LanguageModel.Config.HiddenSize;

    private int Texts => set.Texts.Count;

    public IReadOnlyList<int> HiddenStates => model.HiddenStates;

    public SparseRows RouteSae(Pooling pooling) => Pass("embedded", Embedded)[Array.IndexOf(Poolings, pooling)];

    /// <summary>A hidden state, by its place among the routed ones.</summary>
    public SparseRows Dense(int place, Pooling pooling) =>
        Pass("embedded", Embedded)[Poolings.Length + place * DenseReader.Poolings.Length + Array.IndexOf(DenseReader.Poolings, pooling)];

    public SparseRows RandomAutoencoder(int seed) => Pass($"random {Draw(seed)}", () => Random(Draw(seed)))[0];

    public SparseRows RandomRouter(int seed) => Pass($"random {Draw(seed)}", () => Random(Draw(seed)))[1];

    public SparseRows UntrainedCodes(int seed) => Pass($"untrained {Draw(seed)}", () => Untrained(Draw(seed)))[0];

    public SparseRows UntrainedDense(int seed) => Pass($"untrained {Draw(seed)}", () => Untrained(Draw(seed)))[1];

    public SparseRows RouteSaeTrainedHere() => Pass("trained here", Trained)[0];

    public SparseRows TopKTrainedHere() => Pass("trained here", Trained)[1];

    /// <summary>The number of the random networks of a seed, from 1.</summary>
    private int Draw(int seed) => (seed - 1) % (int)Math.Clamp(RandomTokens / Math.Max(1, _tokens.Value), 1, seeds) + 1;

    private SparseRows[] Pass(string name, Func<SparseRows[]> compute)
    {
        lock (_passes)
        {
            if (_passes.TryGetValue(name, out var known))
                return known;
            known = files.Read(name);
            if (known is null)
                files.Write(name, known = compute());
            return _passes[name] = known;
        }
    }

    private SparseRows[] Embedded()
    {
        log("  one pass: RouteSAE features and hidden states");
        var codes = new RouteSaeReader(model.RouteSae, Texts, Poolings);
        var dense = new DenseReader(HiddenStates.Count, Width, Texts);
        Run(model.LanguageModel, codes, dense);
        return [.. Poolings.Select(codes.Rows), .. HiddenStates.SelectMany((_, place) => DenseReader.Poolings.Select(pooling => dense.Rows(place, pooling)))];
    }

    private SparseRows[] Random(int draw)
    {
        log($"  one pass: random autoencoder and router, draw {draw}");
        using var autoencoder = new RandomAutoencoderReader(model.RouteSae, draw, Texts);
        var router = new RandomRouterReader(model.RouteSae, draw, Texts);
        Run(model.LanguageModel, autoencoder, router);
        return [autoencoder.Max, router.Max];
    }

    private SparseRows[] Untrained(int draw)
    {
        log($"  one pass: untrained language model, draw {draw}");
        using var untrained = DecoderModel.CreateRandom(model.LanguageModel.Config, draw);
        using var router = RouteSaeModel.Create(model.RouteSae.Architecture, draw);
        using var codes = new RandomAutoencoderReader(router, draw, Texts);
        var dense = new DenseReader(HiddenStates.Count, Width, Texts);
        Run(untrained, codes, dense);
        return [codes.Max, dense.Rows(HiddenStates.Count / 2, Pooling.Mean)];
    }

    private SparseRows[] Trained()
    {
        log($"  training a RouteSAE and a TopK autoencoder on the training texts ({TrainedHere.Budget}), then one pass");
        using var here = TrainedHere.Train(model, [.. set.TextsToLearnFrom.Select(row => set.Texts[row])], seed: 1, cancellationToken);
        var routed = new RouteSaeReader(here.RouteSae, Texts, Pooling.Max);
        var single = new TopKReader(here.TopK, HiddenStates, Texts);
        Run(model.LanguageModel, routed, single);
        return [routed.Rows(Pooling.Max), single.Max];
    }

    private void Run(DecoderModel languageModel, params IReadOnlyList<ITokenReader> readers) =>
        TextPass.Run(languageModel, model.Preparer, HiddenStates, set.Texts, readers, cancellationToken);
}
