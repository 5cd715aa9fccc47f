using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>A matrix of one row a latent, [M, D], with Adam's moments of it.</summary>
internal readonly record struct MatrixWithMoments(Tensor Value, Tensor First, Tensor Second);

/// <summary>Gradients that some latents get from elsewhere.</summary>
/// <param name="RowOfLatent">[M]: the latent's row in the tensors, or −1.</param>
/// <param name="Encoder">[rows, D].</param>
/// <param name="Decoder">[rows, D].</param>
internal sealed record ExtraGradients(int[] RowOfLatent, Tensor Encoder, Tensor Decoder);

/// <summary>
/// The gradients of encoder and decoder and Adam's step in one pass, without a gradient in memory:
/// ∂/∂W_enc[j] = Σ ∂z (x − b_pre) and ∂/∂W_dec[j] = Σ z g over the tokens on which latent j is active. Goes through the columns
/// in slices, so that the tokens that latents gather stay in the cache.
/// </summary>
internal sealed unsafe class LatentUpdate
{
    private const int LatentBlocks = 8;

    private readonly MatrixWithMoments _encoder;
    private readonly MatrixWithMoments _decoder;
    private readonly int _latents;
    private readonly int _width;

    public LatentUpdate(MatrixWithMoments encoder, MatrixWithMoments decoder)
    {
        (_encoder, _decoder) = (encoder, decoder);
        (_latents, _width) = ((int)encoder.Value.shape[0], (int)encoder.Value.shape[1]);
    }

    /// <summary>Updates both matrices.</summary>
    /// <param name="step">Adam's numbers.</param>
    /// <param name="gradient">x − b_pre and g of each token.</param>
    /// <param name="active">The codes by latent.</param>
    /// <param name="extra">Added to the gradients; null for none.</param>
    /// <returns>Σⱼ ∂b_lat[j] · W_enc[j], [D], with the encoder as it was: what the encoder takes from the gradient of b_pre.</returns>
    public float[] Apply(AdamStep step, ReconstructionGradient gradient, ActiveTokens active, ExtraGradients? extra)
    {
        var slices = ColumnSlices.Count(_width);
        var partial = new float[slices * LatentBlocks * ColumnSlices.Width];
        var block = (_latents + LatentBlocks - 1) / LatentBlocks;
        fixed (float* sums = partial, z = active.Values, dz = active.Gradients)
        fixed (int* tokens = active.Tokens)
        {
            var sources = new Sources(sums, z, dz, tokens);
            KernelLoop.For(slices * LatentBlocks, 1, (first, end) =>
            {
                for (var unit = first; unit < end; unit++)
                {
                    var (slice, firstLatent) = (unit / LatentBlocks, unit % LatentBlocks * block);
                    Apply(step, gradient, active, extra, sources, slice, firstLatent, Math.Min(_latents, firstLatent + block), unit);
                }
            });
        }
        return SumOverBlocks(partial);
    }

    private void Apply(
        AdamStep step, ReconstructionGradient gradient, ActiveTokens active, ExtraGradients? extra, Sources sources, int slice, int firstLatent, int endLatent, int unit)
    {
        using var scratch = new KernelScratch(2 * ColumnSlices.Width * sizeof(float));
        float* forEncoder = (float*)scratch.Data, forDecoder = forEncoder + ColumnSlices.Width;
        float* x = gradient.Centered.Slice(slice), g = gradient.Output.Slice(slice), sums = sources.Sums + (long)unit * ColumnSlices.Width;
        var column = slice * ColumnSlices.Width;
        var count = Math.Min(ColumnSlices.Width, _width - column);
        var (encoder, decoder) = (new Pointers(_encoder, column), new Pointers(_decoder, column));
        for (var j = firstLatent; j < endLatent; j++)
        {
            var (start, row) = (active.Start(j), (long)j * _width);
            Gather(x, g, sources.Tokens + start, sources.Values + start, sources.Gradients + start, active.End(j) - start, forEncoder, forDecoder);
            if (extra is not null && extra.RowOfLatent[j] >= 0)
                Add(extra, extra.RowOfLatent[j], column, count, forEncoder, forDecoder);
            AddScaled(encoder.Value + row, active.BiasGradients[j], sums, count);
            step.Apply(encoder.Value + row, forEncoder, encoder.First + row, encoder.Second + row, count);
            step.Apply(decoder.Value + row, forDecoder, decoder.First + row, decoder.Second + row, count);
        }
    }

    /// <summary>Σ ∂z (x − b_pre) and Σ z g of one latent over 128 columns, in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(float* x, float* g, int* tokens, float* values, float* gradients, int count, float* encoder, float* decoder)
    {
        Vector512<float> e0 = default, e1 = default, e2 = default, e3 = default, e4 = default, e5 = default, e6 = default, e7 = default;
        Vector512<float> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default, d6 = default, d7 = default;
        for (var i = 0; i < count; i++)
        {
            var row = (long)tokens[i] * ColumnSlices.Width;
            float* xs = x + row, gs = g + row;
            Vector512<float> dz = Vector512.Create(gradients[i]), z = Vector512.Create(values[i]);
            e0 = Vector512.FusedMultiplyAdd(dz, Vector512.Load(xs), e0);
            d0 = Vector512.FusedMultiplyAdd(z, Vector512.Load(gs), d0);
            e1 = Vector512.FusedMultiplyAdd(dz, Vector512.Load(xs + 16), e1);
            d1 = Vector512.FusedMultiplyAdd(z, Vector512.Load(gs + 16), d1);
            e2 = Vector512.FusedMultiplyAdd(dz, Vector512.Load(xs + 32), e2);
            d2 = Vector512.FusedMultiplyAdd(z, Vector512.Load(gs + 32), d2);
            e3 = Vector512.FusedMultiplyAdd(dz, Vector512.Load(xs + 48), e3);
            d3 = Vector512.FusedMultiplyAdd(z, Vector512.Load(gs + 48), d3);
            e4 = Vector512.FusedMultiplyAdd(dz, Vector512.Load(xs + 64), e4);
            d4 = Vector512.FusedMultiplyAdd(z, Vector512.Load(gs + 64), d4);
            e5 = Vector512.FusedMultiplyAdd(dz, Vector512.Load(xs + 80), e5);
            d5 = Vector512.FusedMultiplyAdd(z, Vector512.Load(gs + 80), d5);
            e6 = Vector512.FusedMultiplyAdd(dz, Vector512.Load(xs + 96), e6);
            d6 = Vector512.FusedMultiplyAdd(z, Vector512.Load(gs + 96), d6);
            e7 = Vector512.FusedMultiplyAdd(dz, Vector512.Load(xs + 112), e7);
            d7 = Vector512.FusedMultiplyAdd(z, Vector512.Load(gs + 112), d7);
        }
        Store(encoder, e0, e1, e2, e3, e4, e5, e6, e7);
        Store(decoder, d0, d1, d2, d3, d4, d5, d6, d7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        float* target, Vector512<float> v0, Vector512<float> v1, Vector512<float> v2, Vector512<float> v3, Vector512<float> v4, Vector512<float> v5, Vector512<float> v6, Vector512<float> v7)
    {
        v0.Store(target);
        v1.Store(target + 16);
        v2.Store(target + 32);
        v3.Store(target + 48);
        v4.Store(target + 64);
        v5.Store(target + 80);
        v6.Store(target + 96);
        v7.Store(target + 112);
    }

    private void Add(ExtraGradients extra, int row, int column, int count, float* encoder, float* decoder)
    {
        var offset = (long)row * _width + column;
        AddScaled(TensorData.Floats(extra.Encoder) + offset, 1, encoder, count);
        AddScaled(TensorData.Floats(extra.Decoder) + offset, 1, decoder, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(float* row, float scale, float* target, int count)
    {
        var i = 0;
        for (; i + FloatRows.Step <= count; i += FloatRows.Step)
            Vector512.FusedMultiplyAdd(Vector512.Load(row + i), Vector512.Create(scale), Vector512.Load(target + i)).Store(target + i);
        for (; i < count; i++)
            target[i] = MathF.FusedMultiplyAdd(row[i], scale, target[i]);
    }

    private float[] SumOverBlocks(float[] partial)
    {
        var sums = new float[_width];
        for (var i = 0; i < _width; i++)
        {
            for (var block = 0; block < LatentBlocks; block++)
                sums[i] += partial[(i / ColumnSlices.Width * LatentBlocks + block) * ColumnSlices.Width + i % ColumnSlices.Width];
        }
        return sums;
    }

    private sealed class Sources(float* sums, float* values, float* gradients, int* tokens)
    {
        public float* Sums { get; } = sums;

        public float* Values { get; } = values;

        public float* Gradients { get; } = gradients;

        public int* Tokens { get; } = tokens;
    }

    private readonly struct Pointers(MatrixWithMoments matrix, int column)
    {
        public float* Value { get; } = TensorData.Floats(matrix.Value) + column;

        public float* First { get; } = TensorData.Floats(matrix.First) + column;

        public float* Second { get; } = TensorData.Floats(matrix.Second) + column;
    }
}
