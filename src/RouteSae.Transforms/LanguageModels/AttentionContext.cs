using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>What every layer of one forward pass shares: rotary tables and the mask.</summary>
/// <param name="Cosine">[S, head size] or [B, 1, S, head size].</param>
/// <param name="Sine">As <paramref name="Cosine"/>.</param>
/// <param name="Mask">Bool [B, 1, S, keys], true where a query may look; null where causality alone decides.</param>
/// <param name="Causal">Whether a query looks at its own and earlier positions only and <paramref name="Mask"/> is null.</param>
internal sealed record AttentionContext(Tensor Cosine, Tensor Sine, Tensor? Mask, bool Causal);
