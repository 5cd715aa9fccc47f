using RouteSae.Autoencoders;
using RouteSae.Features;
using static TorchSharp.torch;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The codes of an autoencoder of one hidden state, by maximum.</summary>
/// <param name="model">The autoencoder; stays the caller's.</param>
/// <param name="hiddenStates">The hidden states that pass by.</param>
/// <param name="texts">The number of texts.</param>
internal sealed class TopKReader(SingleLayerModel model, IReadOnlyList<int> hiddenStates, int texts) : ITokenReader
{
    private readonly CodePooling _pooling = new(model.Latents, texts, Pooling.Max);
    private readonly int _place = hiddenStates.ToList().IndexOf(model.HiddenStates[0]);

    public SparseRows Max => _pooling.Rows(Pooling.Max);

    public void Read(IReadOnlyList<int> texts, int[] first, IReadOnlyList<Tensor> hiddenStates, long[] wanted)
    {
        using var scope = NewDisposeScope();
        var reading = model.Read([hiddenStates[_place].index_select(0, tensor(wanted))], firstToken: 0);
        _pooling.Add(texts, first, model.Autoencoder.Encode(reading.X));
    }
}
