using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// A [N, D] matrix in slices of 128 columns, each contiguous: [D / 128, N, 128], the last one padded with zeros. A slice of
/// some thousand tokens stays in the cache while latents gather their tokens from it. Owns its tensor.
/// </summary>
internal sealed unsafe class ColumnSlices : IDisposable
{
    /// <summary>Columns of a slice: eight vectors, so that the sums of two matrices stay in registers.</summary>
    public const int Width = 128;

    private readonly Tensor _values;
    private readonly float* _data;
    private readonly int _width;

    public ColumnSlices(int tokens, int width)
    {
        (Tokens, _width) = (tokens, width);
        _values = KernelTensors.Floats(Count(width), tokens, Width).DetachFromDisposeScope();
        _data = TensorData.Floats(_values);
    }

    public int Tokens { get; }

    /// <summary>How many slices D columns make.</summary>
    public static int Count(int width) => (width + Width - 1) / Width;

    /// <summary>[N, 128].</summary>
    public float* Slice(int slice) => _data + (long)slice * Tokens * Width;

    /// <summary>The number of a token in a column.</summary>
    public float At(int token, int column) => Slice(column / Width)[(long)token * Width + column % Width];

    /// <summary>Writes a token's row.</summary>
    public void Write(int token, float* row)
    {
        var target = Slice(0) + (long)token * Width;
        for (var first = 0; first < _width; first += Width, target += (long)Tokens * Width)
        {
            var count = Math.Min(Width, _width - first);
            new ReadOnlySpan<float>(row + first, count).CopyTo(new Span<float>(target, count));
            new Span<float>(target + count, Width - count).Clear();
        }
    }

    /// <summary>The sums over the tokens, [D]. The caller owns the tensor.</summary>
    public Tensor ColumnSums()
    {
        using var sums = _values.sum([1L]); // [slices, 128]
        using var flat = sums.view(-1);
        return flat.narrow(0, 0, _width).clone();
    }

    public void Dispose() => _values.Dispose();
}
