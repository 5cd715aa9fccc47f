using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Puts another hidden state in the place of one that a forward pass has just computed.</summary>
/// <param name="hiddenState">
/// [B, S, D] in the model's type, where S counts the positions of this call alone: with a cache those that are new. It is
/// valid during the call, and may be changed in place and returned.
/// </param>
/// <returns>
/// What later layers, the hidden states returned and the logits see instead: same shape, type and device. A tensor that the
/// edit makes is freed by the forward pass; one that it brings from elsewhere stays its owner's.
/// </returns>
public delegate Tensor HiddenStateEdit(Tensor hiddenState);
