using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>
/// Splits projections [B, S, 3 · H · d] into [3, B · H, S, d], rotating queries and keys by their position and scaling
/// queries by 1/sqrt(d); and the way back for gradients.
/// </summary>
internal static unsafe class RotarySplit
{
    public static Tensor Forward(Tensor projected, Tensor cosine, Tensor sine, AttentionShape shape)
    {
        var parts = empty([3, shape.Batch * shape.Heads, shape.Length, shape.Size], ScalarType.BFloat16, CPU);
        Move(projected, parts, cosine, sine, shape, toParts: true);
        return parts;
    }

    public static Tensor Backward(Tensor gradients, Tensor cosine, Tensor sine, AttentionShape shape)
    {
        var projected = empty([shape.Batch, shape.Length, 3 * shape.Heads * shape.Size], ScalarType.BFloat16, CPU);
        Move(gradients, projected, cosine, sine, shape, toParts: false);
        return projected;
    }

    private static void Move(Tensor source, Tensor target, Tensor cosine, Tensor sine, AttentionShape shape, bool toParts)
    {
        int heads = shape.Heads, length = shape.Length, size = shape.Size;
        ushort* from = BFloat16Rows.Data(source), to = BFloat16Rows.Data(target);
        ushort* cos = BFloat16Rows.Data(cosine), sin = BFloat16Rows.Data(sine);
        var queryScale = 1 / MathF.Sqrt(size);
        TensorRows.ForEach((long)shape.Batch * length, (first, end) =>
        {
            for (var token = first; token < end; token++)
            {
                var (sequence, position) = Math.DivRem(token, length);
                for (var part = 0; part < 3; part++)
                {
                    for (var head = 0; head < heads; head++)
                    {
                        var flat = ((token * 3 + part) * heads + head) * size;
                        var split = (((part * (long)shape.Batch + sequence) * heads + head) * length + position) * size;
                        var read = from + (toParts ? flat : split);
                        var written = to + (toParts ? split : flat);
                        if (part == 2)
                            new ReadOnlySpan<ushort>(read, size).CopyTo(new Span<ushort>(written, size));
                        else
                            Rotate(read, written, cos + position * size, sin + position * size, size / 2, part == 0 ? queryScale : 1, toParts ? 1 : -1);
                    }
                }
            }
        }, source, target, cosine, sine);
    }

    /// <summary>(a, b) → scale · (a cos − b sin, b cos + a sin); with direction −1 the transposed rotation.</summary>
    private static void Rotate(ushort* source, ushort* target, ushort* cos, ushort* sin, int half, float scale, float direction)
    {
        for (var i = 0; i < half; i += TensorRows.Step)
        {
            var (firstLow, secondLow) = Rotated(source + i, source + half + i, cos + i, sin + i, scale, direction);
            var (firstHigh, secondHigh) = Rotated(source + i + 16, source + half + i + 16, cos + i + 16, sin + i + 16, scale, direction);
            BFloat16Bits.Store(target + i, firstLow, firstHigh);
            BFloat16Bits.Store(target + half + i, secondLow, secondHigh);
        }
    }

    private static (Vector512<float> First, Vector512<float> Second) Rotated(
        ushort* first, ushort* second, ushort* cos, ushort* sin, float scale, float direction)
    {
        Vector512<float> a = BFloat16Bits.Load(first), b = BFloat16Bits.Load(second);
        Vector512<float> c = BFloat16Bits.Load(cos) * scale, s = BFloat16Bits.Load(sin) * (scale * direction);
        return (a * c - b * s, b * c + a * s);
    }
}
