using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// MLSAE (Lawson et al., 2024, arXiv 2409.04185): one TopK autoencoder reads each of several hidden states of a token in turn, so
/// that a token has L codes. Owns the autoencoder.
/// </summary>
/// <remarks>Its reconstruction is put into the language model at one hidden state at a time; metrics are the mean over them.</remarks>
public sealed class MultiLayerModel : FixedLayersModel
{
    /// <summary>Takes over an autoencoder.</summary>
    /// <param name="autoencoder">The autoencoder that the hidden states share.</param>
    /// <param name="hiddenStates">The hidden states that it reads, Hugging Face's numbering. The reference: 3 to 11, whatever the language model.</param>
    /// <exception cref="ArgumentException">No hidden state is named, or one is negative.</exception>
    public MultiLayerModel(TopKAutoencoder autoencoder, IReadOnlyList<int> hiddenStates)
        : base(autoencoder, hiddenStates)
    {
    }

    /// <inheritdoc/>
    public override string Description => $"MLSAE, {Autoencoder.Description} on hidden states {string.Join(", ", HiddenStates)}";

    internal override LayerReading Read(IReadOnlyList<Tensor> hiddenStates, long firstToken)
    {
        using var scope = NewDisposeScope();
        var x = cat([.. hiddenStates.Select(hidden => Scale(hidden).Values)], 0);
        var places = arange(HiddenStates.Count, ScalarType.Int64, x.device).repeat_interleave(hiddenStates[0].shape[0]);
        return new LayerReading(x.MoveToOuterDisposeScope(), places.MoveToOuterDisposeScope());
    }

    internal override IReadOnlyList<ReplacementPass> Replacements(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection) =>
        [.. HiddenStates.Select(index => new ReplacementPass([new Replacement(index, null, Reconstruction(selection))]))];
}
