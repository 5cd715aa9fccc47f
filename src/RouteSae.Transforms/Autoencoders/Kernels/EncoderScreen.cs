using System.Runtime.CompilerServices;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// The encoder's parameters in bfloat16, made so that their product with a rounded activation bounds every pre-activation
/// from above. With x̃ and w̃ the rounded rows, |w·x − w̃·x̃| ≤ ‖w‖‖x − x̃‖ + ‖w − w̃‖‖x̃‖ (Cauchy–Schwarz). With n ≥ ‖w‖, ‖w̃‖,
/// with ρ ≥ ‖w − w̃‖ / n for every row, and with what float32 sums of D products lose, the error is at most n · a,
/// a = ‖x − x̃‖ + (ρ + 2 (D + 16) 2⁻²⁴) (‖x‖ + ‖x − x̃‖).
/// a and n stand in one more column of x̃ and w̃; the bias, in two parts, and the bound e of its rounding stand in three more.
/// So the product itself is an upper bound u, and u − 2 n a − 2 e is a lower one. Owns its tensor.
/// </summary>
internal sealed unsafe class EncoderScreen : IDisposable
{
    /// <summary>Rows are padded to a multiple of this, so that selection reads whole vectors.</summary>
    public const int LatentBlock = 256;

    private const int BoundColumns = 4;
    private const int ColumnBlock = 8;
    private const int RowsOfRange = 64;

    /// <summary>Covers the rounding of the bounds' own computation.</summary>
    private const float Slack = 1.01f;

    /// <summary>The least n and a, far below what matters: numbers so small that the product may take them for zero are within it.</summary>
    private const float LeastLength = 1e-16f;
    private const float LeastBiasError = 1e-30f;

    /// <summary>Pre-activations beyond this could overflow on the way.</summary>
    private const float LargestMagnitude = 1e37f;

    /// <summary>−3.4e38, the bias of the rows behind the last latent.</summary>
    private const ushort Lowest = 0xFF7F;

    private readonly int _latents;
    private readonly int _width;
    private readonly float[] _lengths; // n
    private readonly float[] _biasErrors; // e
    private float _longest;
    private float _largestBias;

    public EncoderScreen(int latents, int width)
    {
        (_latents, _width) = (latents, width);
        Columns = (width + BoundColumns + ColumnBlock - 1) / ColumnBlock * ColumnBlock;
        PaddedLatents = (latents + LatentBlock - 1) / LatentBlock * LatentBlock;
        _lengths = new float[latents];
        _biasErrors = new float[latents];
        Weight = KernelTensors.Zeros(ScalarType.BFloat16, PaddedLatents, Columns).DetachFromDisposeScope();
        var weight = TensorData.BFloat16s(Weight);
        for (var j = latents; j < PaddedLatents; j++)
            weight[(long)j * Columns + width + 1] = Lowest;
    }

    /// <summary>Columns of <see cref="Weight"/>, and of the activations that it is multiplied with.</summary>
    public int Columns { get; }

    /// <summary>Rows of <see cref="Weight"/>.</summary>
    public int PaddedLatents { get; }

    /// <summary>[PaddedLatents, Columns].</summary>
    public Tensor Weight { get; }

    /// <summary>n, one a latent.</summary>
    public ReadOnlySpan<float> Lengths => _lengths;

    /// <summary>e, one a latent.</summary>
    public ReadOnlySpan<float> BiasErrors => _biasErrors;

    /// <summary>The mean of <see cref="Lengths"/>.</summary>
    public float MeanLength { get; private set; }

    /// <summary>ρ.</summary>
    public float RelativeRounding { get; private set; }

    /// <summary>2 (D + 16) 2⁻²⁴.</summary>
    public float SummationError => (_width + 16) * 2 / 16777216f;

    /// <summary>Takes over the parameters as they are now. Safe while others read only if the parameters have not changed: then it writes what is there.</summary>
    /// <param name="encoder">W_enc, [M, D].</param>
    /// <param name="latentBias">b_lat, [M].</param>
    public void Refresh(Tensor encoder, Tensor latentBias)
    {
        float* source = TensorData.Floats(encoder), bias = TensorData.Floats(latentBias);
        var target = TensorData.BFloat16s(Weight);
        var gate = new object();
        var (longest, rounding, largestBias, sum) = (0f, 0f, 0f, 0.0);
        KernelLoop.For(_latents, RowsOfRange, (first, end) =>
        {
            var (rangeLongest, rangeRounding, rangeBias, rangeSum) = (0f, 0f, 0f, 0.0);
            for (var j = first; j < end; j++)
            {
                var row = target + (long)j * Columns;
                var rounded = RowRounding.Round(source + (long)j * _width, row, _width);
                _lengths[j] = WriteBounds(row + _width, rounded, bias[j], out _biasErrors[j]);
                // MathF.Max keeps NaN, which then keeps every token from being screened.
                rangeLongest = MathF.Max(rangeLongest, _lengths[j]);
                rangeRounding = MathF.Max(rangeRounding, rounded.Error / _lengths[j]);
                rangeBias = MathF.Max(rangeBias, MathF.Abs(bias[j]));
                rangeSum += _lengths[j];
            }
            lock (gate)
            {
                longest = MathF.Max(longest, rangeLongest);
                rounding = MathF.Max(rounding, rangeRounding);
                largestBias = MathF.Max(largestBias, rangeBias);
                sum += rangeSum;
            }
        });
        GC.KeepAlive(encoder);
        GC.KeepAlive(latentBias);
        (_longest, _largestBias, RelativeRounding, MeanLength) = (longest, largestBias, Slack * rounding, (float)(sum / _latents));
    }

    /// <summary>Whether bounds hold for an activation of this length: everything is finite and far from overflow.</summary>
    public bool Holds(float length) => _longest * length + _largestBias < LargestMagnitude;

    /// <summary>Writes a row of the product's left side.</summary>
    /// <param name="centered">x − b_pre, [D].</param>
    /// <param name="row">[Columns].</param>
    /// <returns>a; NaN where no bound holds.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float WriteActivation(float* centered, ushort* row)
    {
        var rounded = RowRounding.Round(centered, row, _width);
        new Span<ushort>(row + _width, Columns - _width).Clear();
        if (!Holds(rounded.Length))
        {
            new Span<ushort>(row, _width).Clear();
            return float.NaN;
        }
        var bound = Slack * (rounded.Error + (RelativeRounding + SummationError) * (rounded.Length + rounded.Error));
        row[_width] = BFloat16Bits.Above(MathF.Max(LeastLength, bound));
        row[_width + 1] = row[_width + 2] = row[_width + 3] = BFloat16Bits.One;
        return BFloat16Bits.ToSingle(row[_width]);
    }

    /// <summary>How far a float32 product, summed in any order, may be from the pre-activations of an activation; NaN where no bound holds.</summary>
    /// <param name="centered">x − b_pre, [D].</param>
    public float ProductError(float* centered)
    {
        var length = MathF.Sqrt(FloatRows.Dot(centered, centered, _width));
        return Holds(length) ? Slack * SummationError * (_longest * length + _largestBias) + LeastBiasError : float.NaN;
    }

    public void Dispose() => Weight.Dispose();

    private float WriteBounds(ushort* columns, RowRounding rounded, float bias, out float biasError)
    {
        columns[0] = BFloat16Bits.Above(MathF.Max(LeastLength, Slack * (rounded.Length + rounded.Error)));
        columns[1] = BFloat16Bits.Nearest(bias);
        var rest = bias - BFloat16Bits.ToSingle(columns[1]);
        columns[2] = BFloat16Bits.Nearest(rest);
        var lost = MathF.Abs(rest - BFloat16Bits.ToSingle(columns[2])) + SummationError * MathF.Abs(bias);
        columns[3] = BFloat16Bits.Above(MathF.Max(LeastBiasError, Slack * lost));
        biasError = BFloat16Bits.ToSingle(columns[3]);
        return BFloat16Bits.ToSingle(columns[0]);
    }
}
