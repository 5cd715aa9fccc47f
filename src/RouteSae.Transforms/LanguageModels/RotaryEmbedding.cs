using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>
/// Rotary position embedding in the rotate-half form: x·cos(pθ) + rotate_half(x)·sin(pθ), over the first numbers of a head,
/// with the frequencies of <see cref="RotaryFrequencies"/>.
/// </summary>
internal static class RotaryEmbedding
{
    /// <summary>cos and sin for positions, each half repeated and multiplied: positions [..., S] → [..., S, 2 · frequencies].</summary>
    public static (Tensor Cosine, Tensor Sine) Tables(Tensor inverseFrequencies, Tensor positions, ScalarType type, double factor = 1)
    {
        using var scope = NewDisposeScope();
        var angles = positions.to_type(ScalarType.Float32).unsqueeze(-1) * inverseFrequencies; // [..., S, frequencies]
        var both = cat([angles, angles], -1);
        Tensor cosine = both.cos(), sine = both.sin();
        if (factor != 1)
            (cosine, sine) = (cosine * (float)factor, sine * (float)factor);
        return (cosine.to_type(type).MoveToOuterDisposeScope(), sine.to_type(type).MoveToOuterDisposeScope());
    }

    /// <summary>Rotates the first numbers of x [B, heads, S, head size] by tables that broadcast against them.</summary>
    public static Tensor Apply(Tensor x, Tensor cosine, Tensor sine)
    {
        using var scope = NewDisposeScope();
        long size = cosine.size(-1), half = size / 2;
        var turned = x.narrow(-1, 0, size);
        var rotated = cat([-turned.narrow(-1, half, half), turned.narrow(-1, 0, half)], -1);
        var result = turned * cosine + rotated * sine;
        return (size == x.size(-1) ? result : cat([result, x.narrow(-1, size, x.size(-1) - size)], -1)).MoveToOuterDisposeScope();
    }
}
