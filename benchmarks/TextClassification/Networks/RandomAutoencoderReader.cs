using RouteSae.Autoencoders;
using RouteSae.Features;
using static TorchSharp.torch;

namespace RouteSae.ClassificationBenchmark;

/// <summary>
/// What an encoder with random weights makes of the routed activations, by maximum: the same M, K and choice of the K largest. Its b_pre is
/// the mean routed activation of the first batch, so that what all tokens have in common does not decide.
/// </summary>
/// <param name="router">Routes; stays the caller's.</param>
/// <param name="seed">Seed of the encoder.</param>
/// <param name="texts">The number of texts.</param>
internal sealed class RandomAutoencoderReader(RouteSaeModel router, int seed, int texts) : ITokenReader, IDisposable
{
    private readonly CodePooling _pooling = new(router.Latents, texts, Pooling.Max);
    private TopKAutoencoder? _autoencoder;

    public SparseRows Max => _pooling.Rows(Pooling.Max);

    public void Read(IReadOnlyList<int> texts, int[] first, IReadOnlyList<Tensor> hiddenStates, long[] wanted)
    {
        using var scope = NewDisposeScope();
        var routed = router.Router.RouteRows(hiddenStates, wanted);
        _autoencoder ??= Create(routed.X);
        _pooling.Add(texts, first, _autoencoder.Encode(routed.X));
    }

    public void Dispose() => _autoencoder?.Dispose();

    private TopKAutoencoder Create(Tensor x)
    {
        using var scope = NewDisposeScope();
        using var random = RouteSaeModel.Create(router.Architecture, seed);
        var encoder = random.Autoencoder.EncoderWeight;
        return TopKAutoencoder.FromTensors(router.Architecture.Autoencoder, new Dictionary<string, Tensor>
        {
            [SparseAutoencoder.EncoderName] = encoder,
            [SparseAutoencoder.DecoderName] = encoder.t(),
            [SparseAutoencoder.PreBiasName] = x.mean([0L]),
            [SparseAutoencoder.LatentBiasName] = zeros(router.Latents),
        });
    }
}
