using RouteSae.Autoencoders;
using RouteSae.Features;
using static TorchSharp.torch;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The codes of a RouteSAE.</summary>
/// <param name="model">The RouteSAE; stays the caller's.</param>
/// <param name="texts">The number of texts.</param>
/// <param name="poolings">The poolings to keep.</param>
internal sealed class RouteSaeReader(RouteSaeModel model, int texts, params IReadOnlyList<Pooling> poolings) : ITokenReader
{
    private readonly CodePooling _pooling = new(model.Latents, texts, poolings);

    public void Read(IReadOnlyList<int> texts, int[] first, IReadOnlyList<Tensor> hiddenStates, long[] wanted)
    {
        using var scope = NewDisposeScope();
        var routed = model.Router.RouteRows(hiddenStates, wanted);
        _pooling.Add(texts, first, model.Encode(routed.X));
    }

    public SparseRows Rows(Pooling pooling) => _pooling.Rows(pooling);
}
