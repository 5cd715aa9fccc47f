using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// The K largest pre-activations of each token, W_enc (x − b_pre) + b_lat. A fast product screens the latents, and bounds of
/// its error say which may be among the K largest; these are computed again, each as one float32 product in a fixed order
/// (<see cref="FloatRows"/>). The result is therefore the same to the last bit whatever screened it, on any number of threads
/// and in any company of tokens. Of equal pre-activations the latent that comes first wins. Safe for concurrent calls.
/// </summary>
internal sealed unsafe class SparseEncoder : IDisposable
{
    private const int ProductBytes = 8 << 20;
    private const int LeastChunk = 64;
    private const int LargestChunk = 1024;
    private const int TokensOfRange = 8;

    private readonly Tensor _encoder; // [M, D]
    private readonly Tensor _preBias;
    private readonly Tensor _latentBias;
    private readonly int _latents;
    private readonly int _width;
    private readonly EncoderScreen _screen;
    private readonly ConcurrentBag<EncoderScratch> _scratch = [];
    private readonly Lock _refreshing = new();
    private (long Encoder, long Bias)? _screened;

    public SparseEncoder(Tensor encoder, Tensor preBias, Tensor latentBias)
    {
        (_encoder, _preBias, _latentBias) = (encoder, preBias, latentBias);
        (_latents, _width) = ((int)encoder.shape[0], (int)encoder.shape[1]);
        _screen = new EncoderScreen(_latents, _width);
    }

    /// <summary>Encodes tokens.</summary>
    /// <param name="x">Float32 [N, D], contiguous.</param>
    /// <param name="k">K.</param>
    /// <param name="positiveOnly">Whether a negative value counts as 0.</param>
    /// <param name="bfloat16">Whether a bfloat16 product screens, else a float32 one.</param>
    /// <param name="centered">Takes x − b_pre, [N, D]; null where nobody wants it.</param>
    /// <returns>The codes, latents ascending. The caller owns them.</returns>
    /// <exception cref="ArgumentException">x is not [N, D], or a pre-activation is NaN.</exception>
    public SparseCodes Encode(Tensor x, int k, bool positiveOnly, bool bfloat16, Tensor? centered = null)
    {
        if (x.dim() != 2 || x.shape[1] != _width)
            throw new ArgumentException($"x has shape [{string.Join(", ", x.shape)}]; the autoencoder encodes [tokens, {_width}].", nameof(x));
        RefreshScreen();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var tokens = (int)x.shape[0];
        var codes = new SparseCodes(empty(tokens, k, ScalarType.Int64), empty(tokens, k));
        var output = new Output(TensorData.Longs(codes.Indices), TensorData.Floats(codes.Values), k, positiveOnly);
        var chunk = Math.Min(Chunk(bfloat16), tokens);
        var kept = centered ?? empty(chunk, _width);
        var rounded = bfloat16 ? empty(chunk, _screen.Columns, ScalarType.BFloat16) : null;
        var bounds = bfloat16 ? empty(chunk, _screen.PaddedLatents, ScalarType.BFloat16) : null;
        var errors = new float[chunk];
        for (var first = 0; first < tokens; first += chunk)
        {
            using var step = NewDisposeScope();
            var count = Math.Min(chunk, tokens - first);
            var rows = kept.narrow(0, centered is null ? 0 : first, count);
            Center(x, first, rows, rounded, errors);
            if (bfloat16)
            {
                var product = bounds!.narrow(0, 0, count).addmm_(rounded!.narrow(0, 0, count), _screen.Weight.t(), 0, 1);
                Choose(rows, first, TensorData.BFloat16s(product), null, errors, output);
                GC.KeepAlive(product);
            }
            else
            {
                var product = Float32Product.Linear(rows, _encoder, _latentBias);
                Choose(rows, first, null, TensorData.Floats(product), errors, output);
                GC.KeepAlive(product);
            }
        }
        return new SparseCodes(codes.Indices.MoveToOuterDisposeScope(), codes.Values.MoveToOuterDisposeScope());
    }

    /// <summary>Tells that a kernel has changed the parameters behind libtorch's back.</summary>
    public void ParametersChanged()
    {
        lock (_refreshing)
            _screened = null;
    }

    public void Dispose()
    {
        _screen.Dispose();
        while (_scratch.TryTake(out var scratch))
            scratch.Dispose();
    }

    private int Chunk(bool bfloat16) =>
        Math.Clamp(ProductBytes / (_screen.PaddedLatents * (bfloat16 ? sizeof(ushort) : sizeof(float))), LeastChunk, LargestChunk);

    private void RefreshScreen()
    {
        lock (_refreshing)
        {
            var current = (TensorVersion.Of(_encoder), TensorVersion.Of(_latentBias));
            if (_screened == current)
                return;
            _screen.Refresh(_encoder, _latentBias);
            _screened = current;
        }
    }

    /// <summary>Writes x − b_pre, and what the product needs of it; <paramref name="errors"/> is NaN where no bound holds.</summary>
    private void Center(Tensor x, int first, Tensor centered, Tensor? rounded, float[] errors)
    {
        float* source = TensorData.Floats(x) + (long)first * _width, bias = TensorData.Floats(_preBias), target = TensorData.Floats(centered);
        var bits = rounded is null ? null : TensorData.BFloat16s(rounded);
        KernelLoop.For((int)centered.shape[0], TokensOfRange, (from, end) =>
        {
            for (var t = from; t < end; t++)
            {
                var row = target + (long)t * _width;
                Subtract(source + (long)t * _width, bias, row, _width);
                errors[t] = bits is null ? _screen.ProductError(row) : _screen.WriteActivation(row, bits + (long)t * _screen.Columns);
            }
        });
        GC.KeepAlive(x);
    }

    private void Choose(Tensor centered, int first, ushort* bounds, float* values, float[] errors, Output output)
    {
        var x = TensorData.Floats(centered);
        KernelLoop.For((int)centered.shape[0], TokensOfRange, (from, end) =>
        {
            if (!_scratch.TryTake(out var scratch))
                scratch = new EncoderScratch(_screen, _latents);
            try
            {
                for (var t = from; t < end; t++)
                {
                    int* places = scratch.All;
                    var count = _latents;
                    if (!float.IsNaN(errors[t]))
                        count = bounds is null
                            ? scratch.Compared.Find(values + (long)t * _latents, errors[t], output.K, out places)
                            : scratch.Screened.Find(bounds + (long)t * _screen.PaddedLatents, errors[t], output.K, out places);
                    Choose(x + (long)t * _width, places, count, scratch, first + t, output);
                }
            }
            finally
            {
                _scratch.Add(scratch);
            }
        });
        GC.KeepAlive(centered);
    }

    /// <summary>Computes the candidates' pre-activations, and writes the K largest.</summary>
    private void Choose(float* centered, int* candidates, int count, EncoderScratch scratch, int token, Output output)
    {
        PreActivations(centered, candidates, count, scratch.Values);
        CheckNumbers(scratch.Values, candidates, count, token);
        LargestValues.Choose(scratch.Values, count, output.K, scratch.Keys, scratch.Chosen);
        var slot = (long)token * output.K;
        for (var i = 0; i < output.K; i++)
        {
            var value = scratch.Values[scratch.Chosen[i]];
            output.Indices[slot + i] = candidates[scratch.Chosen[i]];
            output.Values[slot + i] = output.PositiveOnly ? MathF.Max(0, value) : value;
        }
    }

    private void PreActivations(float* centered, int* candidates, int count, float* values)
    {
        float* weight = TensorData.Floats(_encoder), bias = TensorData.Floats(_latentBias);
        var i = 0;
        for (; i + 4 <= count; i += 4)
        {
            var c = candidates + i;
            FloatRows.Dot4(
                centered, weight + (long)c[0] * _width, weight + (long)c[1] * _width, weight + (long)c[2] * _width, weight + (long)c[3] * _width, _width, values + i);
        }
        for (; i < count; i++)
            values[i] = FloatRows.Dot(centered, weight + (long)candidates[i] * _width, _width);
        for (i = 0; i < count; i++)
            values[i] = values[i] + bias[candidates[i]] + 0f; // −0 becomes 0, so that order and equality agree
    }

    private static void CheckNumbers(float* values, int* candidates, int count, int token)
    {
        for (var i = 0; i < count; i++)
        {
            if (float.IsNaN(values[i]))
                throw new ArgumentException(
                    $"The pre-activation of latent {candidates[i]} is NaN for token {token} (row {token} of x): the activation or the autoencoder's parameters hold NaN or infinite values. Run the language model in float32, or leave this text out.", "x");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Subtract(float* x, float* bias, float* target, int width)
    {
        var i = 0;
        for (; i + FloatRows.Step <= width; i += FloatRows.Step)
            (Vector512.Load(x + i) - Vector512.Load(bias + i)).Store(target + i);
        for (; i < width; i++)
            target[i] = x[i] - bias[i];
    }

    private sealed class Output(long* indices, float* values, int k, bool positiveOnly)
    {
        public long* Indices { get; } = indices;

        public float* Values { get; } = values;

        public int K { get; } = k;

        public bool PositiveOnly { get; } = positiveOnly;
    }
}
