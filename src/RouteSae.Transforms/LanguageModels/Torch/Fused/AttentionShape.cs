using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>Sizes of an attention block: B sequences of S positions, H heads of d numbers.</summary>
internal sealed class AttentionShape
{
    public AttentionShape(Tensor projected, int heads)
    {
        (Batch, Length, Heads) = ((int)projected.size(0), (int)projected.size(1), heads);
        Size = (int)projected.size(2) / (3 * heads);
    }

    public int Batch { get; }

    public int Length { get; }

    public int Heads { get; }

    public int Size { get; }
}
