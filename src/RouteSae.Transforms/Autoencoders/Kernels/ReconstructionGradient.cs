using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// Reconstructs each token, and takes the gradients of the mean normalised MSE, (1/N) Σ ‖x̂ − x‖² / ‖x‖²:
/// g = ∂/∂x̂ = 2 (x̂ − x) / (‖x‖² N), and ∂/∂zₖ = W_dec[jₖ]·g while the rows of W_dec are still in the cache. Owns its tensors.
/// </summary>
internal sealed unsafe class ReconstructionGradient : IDisposable
{
    private const int TokensOfRange = 16;

    private readonly int _tokens;
    private readonly int _width;

    public ReconstructionGradient(int tokens, int slots, int width)
    {
        (_tokens, _width) = (tokens, width);
        Centered = new ColumnSlices(tokens, width);
        Output = new ColumnSlices(tokens, width);
        Codes = KernelTensors.Floats(tokens, slots).DetachFromDisposeScope();
        Losses = new float[tokens];
        OutputDotX = new float[tokens];
        SquaredLengths = new float[tokens];
    }

    /// <summary>N.</summary>
    public int Tokens => _tokens;

    /// <summary>x − b_pre.</summary>
    public ColumnSlices Centered { get; }

    /// <summary>g.</summary>
    public ColumnSlices Output { get; }

    /// <summary>∂/∂z, [N, K]; 0 in a slot that is not in use.</summary>
    public Tensor Codes { get; }

    /// <summary>‖x̂ − x‖² / ‖x‖², one a token.</summary>
    public float[] Losses { get; }

    /// <summary>g·x, one a token.</summary>
    public float[] OutputDotX { get; }

    /// <summary>‖x‖², one a token.</summary>
    public float[] SquaredLengths { get; }

    /// <summary>The mean of <see cref="Losses"/>.</summary>
    public double Loss
    {
        get
        {
            var sum = 0.0;
            foreach (var loss in Losses)
                sum += loss;
            return sum / _tokens;
        }
    }

    /// <summary>Computes everything.</summary>
    /// <param name="directions">W_decᵀ, [M, D].</param>
    /// <param name="preBias">b_pre, [D].</param>
    /// <param name="centered">x − b_pre, [N, D].</param>
    /// <param name="codes">[N, K].</param>
    /// <param name="zeroIsInactive">Whether a value of 0 marks a slot that is not in use, and gets no gradient.</param>
    /// <param name="residual">Takes x − x̂, [N, D]; null where nobody wants it.</param>
    public void Compute(Tensor directions, Tensor preBias, Tensor centered, SparseCodes codes, bool zeroIsInactive, Tensor? residual)
    {
        float* rows = TensorData.Floats(directions), bias = TensorData.Floats(preBias), x = TensorData.Floats(centered);
        float* values = TensorData.Floats(codes.Values), gradients = TensorData.Floats(Codes);
        var errors = residual is null ? null : TensorData.Floats(residual);
        var indices = TensorData.Longs(codes.Indices);
        var slots = codes.Slots;
        using var zeroRow = KernelTensors.Zeros(ScalarType.Float32, _width);
        var zero = TensorData.Floats(zeroRow);
        KernelLoop.For(_tokens, TokensOfRange, (first, end) =>
        {
            using var scratch = new KernelScratch(_width * sizeof(float));
            var output = (float*)scratch.Data;
            for (var t = first; t < end; t++)
            {
                var row = x + (long)t * _width;
                var slot = (long)t * slots;
                SparseDecoder.Row(rows, _width, zero, indices + slot, values + slot, slots, output);
                Gradient(output, row, bias, t, errors is null ? null : errors + (long)t * _width);
                Output.Write(t, output);
                Centered.Write(t, row);
                CodeGradients(rows, output, indices + slot, values + slot, slots, zeroIsInactive, gradients + slot);
            }
        });
        GC.KeepAlive(directions);
        GC.KeepAlive(centered);
        GC.KeepAlive(codes);
    }

    /// <summary>⟨∂/∂x, x⟩ through the target x alone, −g·x − 2 loss / N, one a token.</summary>
    public float[] TargetGradientsAlongX() => [.. Losses.Zip(OutputDotX, (loss, product) => -product - 2 * loss / _tokens)];

    /// <summary>∂/∂x through the target alone, −g − 2 loss x / (‖x‖² N), [N, D]. The caller owns it.</summary>
    /// <param name="x">[N, D].</param>
    public Tensor TargetGradients(Tensor x)
    {
        var result = empty_like(x);
        float* source = TensorData.Floats(x), target = TensorData.Floats(result);
        KernelLoop.For(_tokens, TokensOfRange, (first, end) =>
        {
            for (var t = first; t < end; t++)
            {
                var factor = 2 * Losses[t] / (SquaredLengths[t] * _tokens);
                for (var i = 0; i < _width; i++)
                    target[(long)t * _width + i] = -Output.At(t, i) - factor * source[(long)t * _width + i];
            }
        });
        GC.KeepAlive(x);
        return result;
    }

    public void Dispose()
    {
        Centered.Dispose();
        Output.Dispose();
        Codes.Dispose();
    }

    /// <summary>Turns W_dec z into g, in place, and takes note of the losses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gradient(float* output, float* centered, float* bias, int token, float* residual)
    {
        Vector512<float> errors = default, squares = default, products = default;
        var i = 0;
        for (; i + FloatRows.Step <= _width; i += FloatRows.Step)
        {
            var row = Vector512.Load(centered + i);
            var error = Vector512.Load(output + i) - row;
            var x = row + Vector512.Load(bias + i);
            error.Store(output + i);
            errors = Vector512.FusedMultiplyAdd(error, error, errors);
            squares = Vector512.FusedMultiplyAdd(x, x, squares);
            products = Vector512.FusedMultiplyAdd(error, x, products);
        }
        var (squaredError, square, product) = (FloatRows.Sum(errors), FloatRows.Sum(squares), FloatRows.Sum(products));
        for (var rest = i; rest < _width; rest++)
        {
            output[rest] -= centered[rest];
            var x = centered[rest] + bias[rest];
            squaredError += output[rest] * output[rest];
            square += x * x;
            product += output[rest] * x;
        }
        if (residual is not null)
        {
            for (i = 0; i < _width; i++)
                residual[i] = -output[i];
        }
        var scale = 2 / (square * _tokens);
        Losses[token] = squaredError / square;
        SquaredLengths[token] = square;
        OutputDotX[token] = product * scale;
        for (i = 0; i + FloatRows.Step <= _width; i += FloatRows.Step)
            (Vector512.Load(output + i) * scale).Store(output + i);
        for (; i < _width; i++)
            output[i] *= scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CodeGradients(float* rows, float* output, long* indices, float* values, int slots, bool zeroIsInactive, float* gradients)
    {
        var k = 0;
        for (; k + 4 <= slots; k += 4)
            FloatRows.Dot4(
                output, rows + indices[k] * _width, rows + indices[k + 1] * _width, rows + indices[k + 2] * _width, rows + indices[k + 3] * _width, _width, gradients + k);
        for (; k < slots; k++)
            gradients[k] = FloatRows.Dot(output, rows + indices[k] * _width, _width);
        for (k = 0; zeroIsInactive && k < slots; k++)
            gradients[k] = values[k] == 0 ? 0 : gradients[k];
    }
}
