using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>The replacements of one forward pass.</summary>
/// <param name="Replacements">At most one a hidden state.</param>
internal sealed record ReplacementPass(IReadOnlyList<Replacement> Replacements);

/// <summary>Replaces one hidden state of some tokens.</summary>
/// <param name="HiddenState">Its number.</param>
/// <param name="Rows">Which of the N tokens, I64 [n], ascending; null: all.</param>
/// <param name="Reconstruct">From the raw hidden states of these tokens, [n, D], as the pass has them there, to what takes their place, raw, [n, D].</param>
internal sealed record Replacement(int HiddenState, Tensor? Rows, Func<Tensor, Tensor> Reconstruct);
