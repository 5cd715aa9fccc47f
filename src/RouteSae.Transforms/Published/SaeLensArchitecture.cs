namespace RouteSae.Published;

/// <summary>The architectures of SAELens that are read; BatchTopK and Matryoshka autoencoders are published as JumpReLU.</summary>
internal enum SaeLensArchitecture
{
    Standard,
    TopK,
    JumpRelu,
    Gated,
}
