using RouteSae.Features;

namespace RouteSae.ClassificationBenchmark;

/// <summary>All methods for a set, the most telling first.</summary>
/// <param name="texts">The texts of the set.</param>
/// <param name="networks">What the networks make of them.</param>
/// <param name="hiddenStates">The routed hidden states.</param>
internal sealed class MethodCatalog(IReadOnlyList<string> texts, NetworkFeatures networks, IReadOnlyList<int> hiddenStates)
{
    private static readonly FeatureScaling[] DenseScalings = [FeatureScaling.None, FeatureScaling.UnitColumns];

    private readonly Dictionary<Pooling, FixedSource> _codes = Enum.GetValues<Pooling>().ToDictionary(pooling => pooling, pooling => new FixedSource(() => networks.RouteSae(pooling)));

    /// <summary>The methods.</summary>
    public IReadOnlyList<Method> All() => [.. Words(), .. RouteSae(), .. Dense(), .. Controls()];

    private IEnumerable<Method> Words()
    {
        var words = new MlNetText(texts, MlNetText.WordsAndCharacters) { DropsSingle = true };
        yield return Method.Majority;
        yield return Of(MethodNames.FeaturizeText, new MlNetText(texts)) with { IsMain = true };
        yield return Of(MethodNames.TfIdf, words) with { IsMain = true };
        yield return Of(MethodNames.Words, new MlNetText(texts, MlNetText.Words)) with { HasCurve = true };
        yield return Of(MethodNames.RouteSae, _codes[Pooling.Max]) with { HasCurve = true, IsMain = true };
        yield return Of(MethodNames.Together, new TogetherSource(_codes[Pooling.Max], words)) with { IsMain = true };
    }

    private IEnumerable<Method> RouteSae()
    {
        foreach (var pooling in Enum.GetValues<Pooling>().Where(pooling => pooling != Pooling.Max))
            yield return Of($"RouteSAE {Lower(pooling)}", _codes[pooling]) with { HasCurve = pooling == Pooling.Binary, IsMain = pooling == Pooling.Binary };
        foreach (var pooling in new[] { Pooling.Max, Pooling.Sum })
        {
            yield return Of($"RouteSAE {Lower(pooling)}, log1p", new WeightedSource(_codes[pooling], log1p: true, idf: false));
            yield return Of($"RouteSAE {Lower(pooling)}, idf", new WeightedSource(_codes[pooling], log1p: false, idf: true));
            yield return Of($"RouteSAE {Lower(pooling)}, log1p idf", new WeightedSource(_codes[pooling], log1p: true, idf: true));
        }
        yield return Of("RouteSAE max + mean", new TogetherSource(_codes[Pooling.Max], _codes[Pooling.Mean]));
    }

    private IEnumerable<Method> Dense()
    {
        var middle = hiddenStates.Count / 2;
        for (var place = 0; place < hiddenStates.Count; place++)
        {
            foreach (var pooling in new[] { Pooling.Mean, Pooling.Max, Pooling.Last })
            {
                var main = place == middle && pooling == Pooling.Mean;
                yield return OfDense($"hidden state {hiddenStates[place]}, {Lower(pooling)}", Hidden(place, pooling)) with { IsMain = main, HasCurve = main };
            }
        }
        var all = AllHidden();
        yield return OfDense("hidden states, mean, all routed", all);
        yield return OfDense("hidden states, mean, all routed, PCA", new PrincipalComponents(all, _codes[Pooling.Max]));
    }

    private IEnumerable<Method> Controls()
    {
        yield return Random("random router", seed => networks.RandomRouter(seed));
        yield return Random("random autoencoder", seed => networks.RandomAutoencoder(seed));
        yield return Random("untrained language model, random autoencoder", seed => networks.UntrainedCodes(seed));
        yield return Random($"untrained language model, hidden state {hiddenStates[hiddenStates.Count / 2]}, mean", seed => networks.UntrainedDense(seed)) with { Scalings = DenseScalings };
        yield return Of("TopK of one layer, trained here", new FixedSource(networks.TopKTrainedHere));
        yield return Of("RouteSAE, trained here", new FixedSource(networks.RouteSaeTrainedHere));
    }

    private static Method Of(string name, FeatureSource source) => new(name, _ => source);

    private static Method OfDense(string name, FeatureSource source) => Of(name, source) with { Scalings = DenseScalings };

    private static Method Random(string name, Func<int, SparseRows> rows) =>
        new(name, seed => new FixedSource(() => rows(seed))) { IsSeeded = true };

    private FixedSource Hidden(int place, Pooling pooling) => new(() => networks.Dense(place, pooling));

    private TogetherSource AllHidden() => new([.. hiddenStates.Select((_, place) => Hidden(place, Pooling.Mean))]);

    private static string Lower(Pooling pooling) => pooling.ToString().ToLowerInvariant();
}
