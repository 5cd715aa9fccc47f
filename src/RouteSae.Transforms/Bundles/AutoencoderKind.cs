using RouteSae.Autoencoders;

namespace RouteSae.Bundles;

/// <summary>What a bundle holds: a RouteSAE, or an autoencoder that reads one hidden state.</summary>
public enum AutoencoderKind
{
    /// <summary><see cref="Autoencoders.RouteSaeModel"/>.</summary>
    RouteSae,

    /// <summary><see cref="Autoencoders.TopKAutoencoder"/> in a <see cref="Autoencoders.SingleLayerModel"/>.</summary>
    TopK,

    /// <summary><see cref="Autoencoders.ReluAutoencoder"/> in a <see cref="Autoencoders.SingleLayerModel"/>.</summary>
    Relu,

    /// <summary><see cref="Autoencoders.GatedAutoencoder"/> in a <see cref="Autoencoders.SingleLayerModel"/>.</summary>
    Gated,

    /// <summary><see cref="Autoencoders.JumpReluAutoencoder"/> in a <see cref="Autoencoders.SingleLayerModel"/>.</summary>
    JumpRelu,
}
