using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>The activations that a model without a router reads of N tokens. The tensors live in the caller's scope.</summary>
/// <param name="X">Standardised, [R, D].</param>
/// <param name="Places">Which of the model's L hidden states each of them is, I64 [R].</param>
internal sealed record LayerReading(Tensor X, Tensor Places);
