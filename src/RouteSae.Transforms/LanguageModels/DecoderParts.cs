using RouteSae.LanguageModels.Torch;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>The weights of a decoder; owns them.</summary>
internal sealed class DecoderParts : IDisposable
{
    public required Tensor Embedding { get; init; } // [V, D]

    public Tensor? Positions { get; init; } // [positions, D]; null where they are not learned

    public required IReadOnlyList<DecoderLayer> Layers { get; init; }

    public required Norm? FinalNorm { get; init; } // null when the upper part was not loaded

    public required Tensor? Head { get; init; } // [V, D]; another handle of the embedding when tied

    public Tensor? HeadBias { get; init; } // [V]

    /// <summary>Every handle; what is tied twice.</summary>
    public IEnumerable<Tensor> All =>
        Layers.SelectMany(layer => layer.Parameters).Append(Embedding)
            .Concat(new[] { Positions }.OfType<Tensor>()).Concat(FinalNorm?.Parameters ?? [])
            .Concat(new[] { Head, HeadBias }.OfType<Tensor>());

    public void Dispose()
    {
        foreach (var tensor in All)
            tensor.Dispose();
    }
}
