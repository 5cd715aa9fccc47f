using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
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
/// The gradients of encoder and decoder, and Adam's step with them:
/// ∂/∂W_enc[j] = Σ ∂z (x − b_pre) and ∂/∂W_dec[j] = Σ z g over the tokens on which latent j is active. The gradients of some
/// latents at a time are gathered in slices of columns, so that the tokens that latents share stay in the cache, and used up
/// row by row, as parameters and moments lie in memory; the gradients of all latents never exist together.
/// </summary>
internal sealed unsafe class LatentUpdate : IDisposable
{
    private const int GradientBytes = 8 << 20;
    private const int LatentsOfUnit = 64;

    private readonly MatrixWithMoments _encoder;
    private readonly MatrixWithMoments _decoder;
    private readonly int _latents;
    private readonly int _width;
    private readonly int _slices;
    private readonly int _units;
    private readonly int _unitsAtOnce;
    private readonly Tensor _gathered; // as [2, slices, latents, 128]

    public LatentUpdate(MatrixWithMoments encoder, MatrixWithMoments decoder)
    {
        (_encoder, _decoder) = (encoder, decoder);
        (_latents, _width) = ((int)encoder.Value.shape[0], (int)encoder.Value.shape[1]);
        _slices = ColumnSlices.Count(_width);
        _units = (_latents + LatentsOfUnit - 1) / LatentsOfUnit;
        _unitsAtOnce = Math.Clamp(GradientBytes / (2 * _slices * ColumnSlices.Width * sizeof(float) * LatentsOfUnit), 1, _units);
        _gathered = KernelTensors.Floats(2, _unitsAtOnce * LatentsOfUnit, _slices * ColumnSlices.Width).DetachFromDisposeScope();
    }

    /// <summary>Updates both matrices.</summary>
    /// <param name="step">Adam's numbers.</param>
    /// <param name="gradient">x − b_pre and g of each token.</param>
    /// <param name="active">The codes by latent.</param>
    /// <param name="extra">Added to the gradients; null for none.</param>
    /// <returns>Σⱼ ∂b_lat[j] · W_enc[j], [D], with the encoder as it was: what the encoder takes from the gradient of b_pre.</returns>
    public float[] Apply(AdamStep step, ReconstructionGradient gradient, ActiveTokens active, ExtraGradients? extra)
    {
        var sums = new float[_units * _width];
        fixed (float* sumsOfUnits = sums)
        {
            var target = sumsOfUnits;
            for (var firstUnit = 0; firstUnit < _units; firstUnit += _unitsAtOnce)
            {
                var first = firstUnit * LatentsOfUnit;
                var block = new Block(_gathered, first, Math.Min(_latents, first + _unitsAtOnce * LatentsOfUnit) - first);
                Gather(gradient, active, block);
                KernelLoop.For((block.Latents + LatentsOfUnit - 1) / LatentsOfUnit, 1, (from, end) =>
                {
                    for (var unit = from; unit < end; unit++)
                        Update(step, active, extra, block, unit * LatentsOfUnit, target + (long)(first / LatentsOfUnit + unit) * _width);
                });
            }
        }
        return SumOverUnits(sums);
    }

    public void Dispose() => _gathered.Dispose();

    private void Gather(ReconstructionGradient gradient, ActiveTokens active, Block block)
    {
        var unitsOfSlice = (block.Latents + LatentsOfUnit - 1) / LatentsOfUnit;
        fixed (ActiveToken* activeTokens = active.Tokens)
        {
            var tokens = activeTokens;
            KernelLoop.For(_slices * unitsOfSlice, 4, (from, end) =>
            {
                for (var unit = from; unit < end; unit++)
                    Gather(gradient, active, tokens, block, unit / unitsOfSlice, unit % unitsOfSlice * LatentsOfUnit);
            });
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(ReconstructionGradient gradient, ActiveTokens active, ActiveToken* tokens, Block block, int slice, int first)
    {
        float* x = gradient.Centered.Slice(slice), g = gradient.Output.Slice(slice);
        for (var j = first; j < Math.Min(block.Latents, first + LatentsOfUnit); j++)
        {
            var start = active.Start(block.First + j);
            Gather(x, g, tokens + start, active.End(block.First + j) - start, block.Encoder(slice, j), block.Decoder(slice, j));
        }
    }

    /// <summary>Takes Adam's step for some latents of a block, and sums ∂b_lat[j] · W_enc[j] before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Update(AdamStep step, ActiveTokens active, ExtraGradients? extra, Block block, int first, float* sums)
    {
        float* encoder = TensorData.Floats(_encoder.Value), encoderFirst = TensorData.Floats(_encoder.First), encoderSecond = TensorData.Floats(_encoder.Second);
        float* decoder = TensorData.Floats(_decoder.Value), decoderFirst = TensorData.Floats(_decoder.First), decoderSecond = TensorData.Floats(_decoder.Second);
        for (var j = first; j < Math.Min(block.Latents, first + LatentsOfUnit); j++)
        {
            var latent = block.First + j;
            var row = (long)latent * _width;
            AddScaled(encoder + row, active.BiasGradients[latent], sums, _width);
            for (var slice = 0; slice < _slices; slice++)
            {
                var (column, count) = (slice * ColumnSlices.Width, Math.Min(ColumnSlices.Width, _width - slice * ColumnSlices.Width));
                if (extra is not null && extra.RowOfLatent[latent] >= 0)
                    Add(extra, extra.RowOfLatent[latent], column, count, block.Encoder(slice, j), block.Decoder(slice, j));
                step.Apply(encoder + row + column, block.Encoder(slice, j), encoderFirst + row + column, encoderSecond + row + column, count);
                step.Apply(decoder + row + column, block.Decoder(slice, j), decoderFirst + row + column, decoderSecond + row + column, count);
            }
        }
    }

    /// <summary>Σ ∂z (x − b_pre) and Σ z g of one latent over 128 columns, in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(float* x, float* g, ActiveToken* tokens, int count, float* encoder, float* decoder)
    {
        Vector512<float> e0 = default, e1 = default, e2 = default, e3 = default, e4 = default, e5 = default, e6 = default, e7 = default;
        Vector512<float> d0 = default, d1 = default, d2 = default, d3 = default, d4 = default, d5 = default, d6 = default, d7 = default;
        for (var i = 0; i < count; i++)
        {
            var row = (long)tokens[i].Token * ColumnSlices.Width;
            float* xs = x + row, gs = g + row;
            Vector512<float> dz = Vector512.Create(tokens[i].Gradient), z = Vector512.Create(tokens[i].Value);
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

    private float[] SumOverUnits(float[] sums)
    {
        var total = new float[_width];
        for (var unit = 0; unit < _units; unit++)
        {
            for (var i = 0; i < _width; i++)
                total[i] += sums[unit * _width + i];
        }
        return total;
    }

    /// <summary>Where the gradients of some latents lie: [2, slices, latents, 128].</summary>
    private readonly struct Block(Tensor gathered, int first, int latents)
    {
        private readonly float* _encoder = TensorData.Floats(gathered);
        private readonly long _half = gathered.NumberOfElements / 2;

        public int First { get; } = first;

        public int Latents { get; } = latents;

        public float* Encoder(int slice, int latent) => _encoder + ((long)slice * Latents + latent) * ColumnSlices.Width;

        public float* Decoder(int slice, int latent) => Encoder(slice, latent) + _half;
    }
}
