namespace RouteSae.Reference;

/// <summary>The models of the RouteSAE authors' program, by their names there.</summary>
public enum ReferenceArchitecture
{
    /// <summary>ReLU on one hidden state.</summary>
    Vanilla,

    /// <summary>Gated, on one hidden state.</summary>
    Gated,

    /// <summary>TopK on one hidden state.</summary>
    TopK,

    /// <summary>JumpReLU on one hidden state.</summary>
    JumpRelu,

    /// <summary>A router and a TopK autoencoder.</summary>
    RouteSae,

    /// <summary>An encoder and a decoder for each of several hidden states.</summary>
    Crosscoder,

    /// <summary>TopK on each of several hidden states.</summary>
    Mlsae,

    /// <summary>TopK on a random one of several hidden states.</summary>
    Random,
}
