using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>The usual sparse autoencoder: it reads one hidden state of every token. Owns the autoencoder.</summary>
public sealed class SingleLayerModel : FixedLayersModel
{
    private readonly int _hiddenState;

    /// <summary>Takes over an autoencoder.</summary>
    /// <param name="autoencoder">ReLU, gated, TopK or JumpReLU.</param>
    /// <param name="hiddenState">The hidden state that it reads, Hugging Face's numbering: i is the output of decoder layer i.</param>
    /// <param name="scaling">What of the hidden state it reads. Default: <see cref="HiddenStateScaling.PerToken"/>.</param>
    /// <exception cref="ArgumentException">The number is negative, or the scaling is <see cref="HiddenStateScaling.PerLayer"/>.</exception>
    public SingleLayerModel(SparseAutoencoder autoencoder, int hiddenState, HiddenStateScaling scaling = HiddenStateScaling.PerToken)
        : base(autoencoder, [hiddenState], scaling) =>
        _hiddenState = hiddenState;

    /// <inheritdoc/>
    public override string Description => $"{Autoencoder.Description} on hidden state {_hiddenState}{(Scaling == HiddenStateScaling.PerToken ? "" : $", scaling {Scaling}")}";

    internal override LayerReading Read(IReadOnlyList<Tensor> hiddenStates, long firstToken)
    {
        using var scope = NewDisposeScope();
        var x = Scale(hiddenStates[0]).Values;
        var places = zeros(x.shape[0], dtype: ScalarType.Int64, device: x.device);
        return new LayerReading(x.MoveToOuterDisposeScope(), places.MoveToOuterDisposeScope());
    }

    internal override IReadOnlyList<ReplacementPass> Replacements(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection) =>
        [new ReplacementPass([new Replacement(_hiddenState, null, Reconstruction(selection))])];
}
