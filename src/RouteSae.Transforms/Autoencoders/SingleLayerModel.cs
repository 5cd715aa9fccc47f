using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>The usual sparse autoencoder: it reads one hidden state of every token. Owns the autoencoder.</summary>
public sealed class SingleLayerModel : FixedLayersModel
{
    private readonly int _hiddenState;

    /// <summary>Takes over an autoencoder.</summary>
    /// <param name="autoencoder">ReLU, gated, TopK or JumpReLU.</param>
    /// <param name="hiddenState">The hidden state that it reads, Hugging Face's numbering: i is the output of decoder layer i.</param>
    /// <exception cref="ArgumentException">The number is negative.</exception>
    public SingleLayerModel(SparseAutoencoder autoencoder, int hiddenState)
        : base(autoencoder, [hiddenState]) =>
        _hiddenState = hiddenState;

    /// <inheritdoc/>
    public override string Description => $"{AutoencoderName.Of(Autoencoder)} on hidden state {_hiddenState}";

    internal override LayerReading Read(IReadOnlyList<Tensor> hiddenStates, long firstToken)
    {
        var x = Standardize(hiddenStates[0]).Values;
        return new LayerReading(x, zeros(x.shape[0], dtype: ScalarType.Int64, device: x.device));
    }

    internal override IReadOnlyList<ReplacementPass> Replacements(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection) =>
        [new ReplacementPass([new Replacement(_hiddenState, null, Reconstruction(selection))])];
}
