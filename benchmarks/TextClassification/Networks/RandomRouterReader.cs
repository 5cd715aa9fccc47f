using RouteSae.Autoencoders;
using RouteSae.Features;
using static TorchSharp.torch;

namespace RouteSae.ClassificationBenchmark;

/// <summary>
/// What the trained autoencoder makes of a hidden state that is drawn for each token, all alike probable, by maximum. It is scaled by the
/// router's largest probability, as the chosen one would be: only the choice is random.
/// </summary>
/// <param name="model">The RouteSAE; stays the caller's.</param>
/// <param name="seed">Seed of the drawing.</param>
/// <param name="texts">The number of texts.</param>
internal sealed class RandomRouterReader(RouteSaeModel model, int seed, int texts) : ITokenReader
{
    private readonly CodePooling _pooling = new(model.Latents, texts, Pooling.Max);
    private readonly Random _random = new(seed);

    public SparseRows Max => _pooling.Rows(Pooling.Max);

    public void Read(IReadOnlyList<int> texts, int[] first, IReadOnlyList<Tensor> hiddenStates, long[] wanted)
    {
        using var scope = NewDisposeScope();
        var routed = model.Router.RouteRows(hiddenStates, wanted);
        var rows = tensor(wanted);
        var drawn = tensor(wanted.Select(_ => (long)_random.Next(hiddenStates.Count)).ToArray());
        var x = zeros_like(routed.X);
        for (var place = 0; place < hiddenStates.Count; place++)
            x = where((drawn == place).unsqueeze(1), Scaled(hiddenStates[place].index_select(0, rows), place), x);
        var (largest, _) = routed.Probabilities.max(1, keepdim: true);
        _pooling.Add(texts, first, model.Encode(model.Architecture.IsUnscaled ? x : x * largest));
    }

    private Tensor Scaled(Tensor hiddenState, int place) =>
        model.Architecture.Scaling == HiddenStateScaling.PerLayer ? model.Router.Scale(hiddenState, place) : model.Standardize(hiddenState).Values;
}
