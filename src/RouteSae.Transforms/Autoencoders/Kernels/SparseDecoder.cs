using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>Sums of a few weighted rows: Σₖ zₖ rows[jₖ] + offset, with the sums of 128 columns at a time in registers.</summary>
internal static unsafe class SparseDecoder
{
    private const int Block = 128;
    private const int TokensOfRange = 16;

    /// <summary>From here on rows are read from end to end, four at a time, as the processor fetches ahead; the sums are the same to the last bit.</summary>
    private const int WideRow = 1024;

    /// <param name="rows">[M, D].</param>
    /// <param name="offset">[D]; null for zero.</param>
    /// <param name="codes">[N, K].</param>
    /// <returns>[N, D]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">A latent does not exist, or indices and values have two shapes.</exception>
    public static Tensor Decode(Tensor rows, Tensor? offset, SparseCodes codes)
    {
        CheckShapes(codes);
        var result = KernelTensors.Floats(codes.Tokens, rows.shape[1]);
        try
        {
            DecodeInto(result, rows, offset, codes);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Whether the kernel reads these codes: contiguous float32 values and I64 indices.</summary>
    public static bool Fits(SparseCodes codes) =>
        codes.Indices.dtype == ScalarType.Int64 && codes.Indices.is_contiguous()
        && codes.Values.dtype == ScalarType.Float32 && codes.Values.is_contiguous();

    private static void DecodeInto(Tensor result, Tensor rows, Tensor? offset, SparseCodes codes)
    {
        var (tokens, slots, count, width) = ((int)codes.Tokens, codes.Slots, rows.shape[0], (int)rows.shape[1]);
        using var zero = offset is null ? KernelTensors.Zeros(ScalarType.Float32, width) : null;
        float* from = TensorData.Floats(rows), start = TensorData.Floats(offset ?? zero!), target = TensorData.Floats(result);
        var values = TensorData.Floats(codes.Values);
        var indices = TensorData.Longs(codes.Indices);
        KernelLoop.For(tokens, TokensOfRange, (first, end) =>
        {
            for (var t = first; t < end; t++)
            {
                CheckIndices(indices + (long)t * slots, slots, count, t);
                Row(from, width, start, indices + (long)t * slots, values + (long)t * slots, slots, target + (long)t * width);
            }
        });
        GC.KeepAlive(rows);
        GC.KeepAlive(offset);
        GC.KeepAlive(codes);
        GC.KeepAlive(result);
    }

    /// <summary>One row of <see cref="Decode"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row(float* rows, int width, float* offset, long* indices, float* values, int slots, float* target)
    {
        if (width >= WideRow)
        {
            RowByRow(rows, width, offset, indices, values, slots, target);
            return;
        }
        var column = 0;
        for (; column + Block <= width; column += Block)
            Columns128(rows + column, width, offset + column, indices, values, slots, target + column);
        for (; column + FloatRows.Step <= width; column += FloatRows.Step)
            Columns16(rows + column, width, offset + column, indices, values, slots, target + column);
        for (; column < width; column++)
        {
            var sum = offset[column];
            for (var k = 0; k < slots; k++)
                sum = MathF.FusedMultiplyAdd(values[k], rows[indices[k] * width + column], sum);
            target[column] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowByRow(float* rows, int width, float* offset, long* indices, float* values, int slots, float* target)
    {
        new ReadOnlySpan<float>(offset, width).CopyTo(new Span<float>(target, width));
        var k = 0;
        for (; k + 4 <= slots; k += 4)
        {
            float* r0 = rows + indices[k] * width, r1 = rows + indices[k + 1] * width, r2 = rows + indices[k + 2] * width, r3 = rows + indices[k + 3] * width;
            Vector512<float> v0 = Vector512.Create(values[k]), v1 = Vector512.Create(values[k + 1]);
            Vector512<float> v2 = Vector512.Create(values[k + 2]), v3 = Vector512.Create(values[k + 3]);
            var i = 0;
            for (; i + FloatRows.Step <= width; i += FloatRows.Step)
            {
                var sum = Vector512.FusedMultiplyAdd(v0, Vector512.Load(r0 + i), Vector512.Load(target + i));
                sum = Vector512.FusedMultiplyAdd(v1, Vector512.Load(r1 + i), sum);
                sum = Vector512.FusedMultiplyAdd(v2, Vector512.Load(r2 + i), sum);
                Vector512.FusedMultiplyAdd(v3, Vector512.Load(r3 + i), sum).Store(target + i);
            }
            for (; i < width; i++)
            {
                for (var n = k; n < k + 4; n++)
                    target[i] = MathF.FusedMultiplyAdd(values[n], rows[indices[n] * width + i], target[i]);
            }
        }
        for (; k < slots; k++)
        {
            for (var i = 0; i < width; i++)
                target[i] = MathF.FusedMultiplyAdd(values[k], rows[indices[k] * width + i], target[i]);
        }
    }

    private static void CheckShapes(SparseCodes codes)
    {
        long[] indices = codes.Indices.shape, values = codes.Values.shape;
        if (indices.Length != 2 || !indices.SequenceEqual(values))
            throw new ArgumentException(
                $"The indices of the codes have shape [{string.Join(", ", indices)}], but their values have shape [{string.Join(", ", values)}]; both must be [tokens, slots].", nameof(codes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CheckIndices(long* indices, int slots, long count, int token)
    {
        for (var k = 0; k < slots; k++)
        {
            if ((ulong)indices[k] >= (ulong)count)
                throw new ArgumentException($"Token {token} has latent {indices[k]}, but there are only {count} latents (0 to {count - 1}).", "codes");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns128(float* rows, long width, float* offset, long* indices, float* values, int slots, float* target)
    {
        Vector512<float> a0 = Vector512.Load(offset), a1 = Vector512.Load(offset + 16), a2 = Vector512.Load(offset + 32), a3 = Vector512.Load(offset + 48);
        Vector512<float> a4 = Vector512.Load(offset + 64), a5 = Vector512.Load(offset + 80), a6 = Vector512.Load(offset + 96), a7 = Vector512.Load(offset + 112);
        for (var k = 0; k < slots; k++)
        {
            var row = rows + indices[k] * width;
            var value = Vector512.Create(values[k]);
            a0 = Vector512.FusedMultiplyAdd(value, Vector512.Load(row), a0);
            a1 = Vector512.FusedMultiplyAdd(value, Vector512.Load(row + 16), a1);
            a2 = Vector512.FusedMultiplyAdd(value, Vector512.Load(row + 32), a2);
            a3 = Vector512.FusedMultiplyAdd(value, Vector512.Load(row + 48), a3);
            a4 = Vector512.FusedMultiplyAdd(value, Vector512.Load(row + 64), a4);
            a5 = Vector512.FusedMultiplyAdd(value, Vector512.Load(row + 80), a5);
            a6 = Vector512.FusedMultiplyAdd(value, Vector512.Load(row + 96), a6);
            a7 = Vector512.FusedMultiplyAdd(value, Vector512.Load(row + 112), a7);
        }
        a0.Store(target);
        a1.Store(target + 16);
        a2.Store(target + 32);
        a3.Store(target + 48);
        a4.Store(target + 64);
        a5.Store(target + 80);
        a6.Store(target + 96);
        a7.Store(target + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Columns16(float* rows, long width, float* offset, long* indices, float* values, int slots, float* target)
    {
        var sum = Vector512.Load(offset);
        for (var k = 0; k < slots; k++)
            sum = Vector512.FusedMultiplyAdd(Vector512.Create(values[k]), Vector512.Load(rows + indices[k] * width), sum);
        sum.Store(target);
    }
}
