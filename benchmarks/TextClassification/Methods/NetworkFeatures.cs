using RouteSae.Autoencoders;
using RouteSae.Features;
using RouteSae.LanguageModels;

namespace RouteSae.ClassificationBenchmark;

/// <summary>What the networks, trained and random, make of the texts of a set: each pass of a language model is made once, when the first method asks for it.</summary>
/// <param name="model">The bundle's networks.</param>
/// <param name="set">The texts.</param>
/// <param name="seeds">The seeds of the run.</param>
/// <param name="log">Told of each pass.</param>
/// <param name="cancellation">Looked at before each batch.</param>
internal sealed class NetworkFeatures(BenchmarkedModel model, LabeledSet set, int seeds, Action<string> log, CancellationToken cancellation)
{
    /// <summary>Random networks are drawn anew for each seed while all draws together read no more tokens than this; then seeds share draws.</summary>
    private const long RandomTokens = 400_000;

    private readonly Dictionary<string, object> _passes = [];

    private int Width => model.LanguageModel.Config.HiddenSize;

    private int Texts => set.Texts.Count;

    public IReadOnlyList<int> HiddenStates => model.HiddenStates;

    public SparseRows RouteSae(Pooling pooling) => Once("RouteSAE", Embedded).Codes.Rows(pooling);

    /// <summary>A hidden state, by its place among the routed ones.</summary>
    public SparseRows Dense(int place, Pooling pooling) => Once("RouteSAE", Embedded).Dense.Rows(place, pooling);

    public SparseRows RandomAutoencoder(int seed) => Once("random", Random).Autoencoders[Draw(seed)];

    public SparseRows RandomRouter(int seed) => Once("random", Random).Routers[Draw(seed)];

    public SparseRows UntrainedCodes(int seed) => Once($"untrained {Draw(seed)}", () => Untrained(Draw(seed))).Codes;

    public SparseRows UntrainedDense(int seed) => Once($"untrained {Draw(seed)}", () => Untrained(Draw(seed))).Dense;

    public SparseRows RouteSaeTrainedHere() => Once("trained here", Trained).RouteSae;

    public SparseRows TopKTrainedHere() => Once("trained here", Trained).TopK;

    private int Draws => (int)Math.Clamp(RandomTokens / Math.Max(1, Once("tokens", CountTokens)), 1, seeds);

    private int Draw(int seed) => (seed - 1) % Draws;

    private T Once<T>(string name, Func<T> compute)
        where T : notnull
    {
        lock (_passes)
        {
            if (!_passes.TryGetValue(name, out var known))
                _passes[name] = known = compute();
            return (T)known;
        }
    }

    private long CountTokens() => model.Preparer.Prepare(set.Texts, cancellation).Sum(text => (long)text.Length);

    private (RouteSaeReader Codes, DenseReader Dense) Embedded()
    {
        log("  one pass: RouteSAE features and hidden states");
        var readers = (new RouteSaeReader(model.RouteSae, Texts, Enum.GetValues<Pooling>()), new DenseReader(HiddenStates.Count, Width, Texts));
        Run(model.LanguageModel, readers.Item1, readers.Item2);
        return readers;
    }

    private (SparseRows[] Autoencoders, SparseRows[] Routers) Random()
    {
        log($"  one pass: random autoencoders and routers, {Draws} of each");
        var autoencoders = Enumerable.Range(1, Draws).Select(seed => new RandomAutoencoderReader(model.RouteSae, seed, Texts)).ToArray();
        try
        {
            var routers = Enumerable.Range(1, Draws).Select(seed => new RandomRouterReader(model.RouteSae, seed, Texts)).ToArray();
            Run(model.LanguageModel, [.. autoencoders, .. routers]);
            return ([.. autoencoders.Select(reader => reader.Max)], [.. routers.Select(reader => reader.Max)]);
        }
        finally
        {
            foreach (var autoencoder in autoencoders)
                autoencoder.Dispose();
        }
    }

    private (SparseRows Codes, SparseRows Dense) Untrained(int draw)
    {
        log($"  one pass: untrained language model, draw {draw + 1} of {Draws}");
        using var untrained = DecoderModel.CreateRandom(model.LanguageModel.Config, seed: draw + 1);
        using var router = RouteSaeModel.Create(model.RouteSae.Architecture, seed: draw + 1);
        using var codes = new RandomAutoencoderReader(router, draw + 1, Texts);
        var dense = new DenseReader(HiddenStates.Count, Width, Texts);
        Run(untrained, codes, dense);
        return (codes.Max, dense.Rows(HiddenStates.Count / 2, Pooling.Mean));
    }

    private (SparseRows RouteSae, SparseRows TopK) Trained()
    {
        log($"  training a RouteSAE and a TopK autoencoder on the training texts ({TrainedHere.Budget}), then one pass");
        using var here = TrainedHere.Train(model, [.. set.TextsToLearnFrom.Select(row => set.Texts[row])], seed: 1, cancellation);
        var routed = new RouteSaeReader(here.RouteSae, Texts, Pooling.Max);
        var single = new TopKReader(here.TopK, HiddenStates, Texts);
        Run(model.LanguageModel, routed, single);
        return (routed.Rows(Pooling.Max), single.Max);
    }

    private void Run(DecoderModel languageModel, params IReadOnlyList<ITokenReader> readers) =>
        TextPass.Run(languageModel, model.Preparer, HiddenStates, set.Texts, readers, cancellation);
}
