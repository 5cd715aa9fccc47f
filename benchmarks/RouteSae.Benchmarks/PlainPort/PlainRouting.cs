using static TorchSharp.torch;

namespace RouteSae.Benchmarks.PlainPort;

/// <summary>What the plain port's router makes of N tokens, a batch of one sequence.</summary>
/// <param name="X">The routed activation, [1, N, D].</param>
/// <param name="Probabilities">[1, N, L].</param>
/// <param name="LayerWeights">1 at the chosen hidden state, else 0, [1, N, L].</param>
internal sealed record PlainRouting(Tensor X, Tensor Probabilities, Tensor LayerWeights);
