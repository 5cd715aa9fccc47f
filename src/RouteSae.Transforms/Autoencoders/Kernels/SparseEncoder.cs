using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RouteSae.Native;
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
    private const int TokensOfBlock = 4096;
    private const int BoundsBytes = 8 << 20; // stays in the cache until it is read
    private const int ValuesBytes = 64 << 20; // float32 products want many rows
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
    private readonly ConcurrentBag<EncoderWorkspace> _workspaces = [];
    private readonly Lock _refreshing = new();
    private (long? Encoder, long? Bias)? _screened;

    public SparseEncoder(Tensor encoder, Tensor preBias, Tensor latentBias)
    {
        (_encoder, _preBias, _latentBias) = (encoder, preBias, latentBias);
        (_latents, _width) = ((int)encoder.shape[0], (int)encoder.shape[1]);
        _screen = new EncoderScreen(_latents, _width);
    }

    /// <summary>Encodes tokens.</summary>
    /// <param name="x">Float32 [N, D], contiguous.</param>
    /// <param name="codes">Takes the codes, [N, K], latents ascending.</param>
    /// <param name="positiveOnly">Whether a negative value counts as 0.</param>
    /// <param name="bfloat16">Whether a bfloat16 product screens, else a float32 one.</param>
    /// <param name="centered">Takes x − b_pre, [N, D]; null where nobody wants it.</param>
    /// <exception cref="ArgumentException">x is not [N, D], or a pre-activation is NaN.</exception>
    public void Encode(Tensor x, SparseCodes codes, bool positiveOnly, bool bfloat16, Tensor? centered = null)
    {
        if (x.dim() != 2 || x.shape[1] != _width)
            throw new ArgumentException($"x has shape [{string.Join(", ", x.shape)}]; the autoencoder encodes [tokens, {_width}].", nameof(x));
        TorchRuntime.UseThreads();
        RefreshScreen();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!_workspaces.TryTake(out var workspace))
            workspace = new EncoderWorkspace();
        try
        {
            var tokens = (int)x.shape[0];
            for (var first = 0; first < tokens; first += TokensOfBlock)
            {
                var count = Math.Min(TokensOfBlock, tokens - first);
                var block = centered?.narrow(0, first, count) ?? workspace.Rows("centered", count, _width, ScalarType.Float32);
                Subtract(x, first, block);
                FindCandidates(block, codes.Slots, bfloat16, workspace);
                Choose(block, workspace.Lists, codes, first, positiveOnly);
            }
        }
        finally
        {
            _workspaces.Add(workspace);
        }
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
        while (_workspaces.TryTake(out var workspace))
            workspace.Dispose();
    }

    private void RefreshScreen()
    {
        lock (_refreshing)
        {
            var current = (TensorVersion.Of(_encoder), TensorVersion.Of(_latentBias));
            if (_screened == current && current.Item1 is not null && current.Item2 is not null)
                return;
            _screen.Refresh(_encoder, _latentBias);
            _screened = current;
        }
    }

    private void Subtract(Tensor x, int first, Tensor centered)
    {
        float* source = TensorData.Floats(x) + (long)first * _width, bias = TensorData.Floats(_preBias), target = TensorData.Floats(centered);
        KernelLoop.For((int)centered.shape[0], TokensOfRange, (from, end) =>
        {
            for (var t = from; t < end; t++)
                Subtract(source + (long)t * _width, bias, target + (long)t * _width, _width);
        });
        GC.KeepAlive(x);
        GC.KeepAlive(centered);
    }

    private void FindCandidates(Tensor centered, int k, bool bfloat16, EncoderWorkspace workspace)
    {
        var lists = workspace.Lists;
        lists.Begin((int)centered.shape[0]);
        var rowsAtOnce = bfloat16 ? BoundsBytes / (_screen.PaddedLatents * sizeof(ushort)) : ValuesBytes / (_latents * sizeof(float));
        var chunk = Math.Clamp(rowsAtOnce, LeastChunk, LargestChunk);
        for (var first = 0; first < lists.Tokens; first += chunk)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(chunk, lists.Tokens - first);
            var rows = centered.narrow(0, first, count);
            if (bfloat16)
                ScreenByBounds(rows, first, k, workspace);
            else
                ScreenByValues(rows, first, k, workspace);
        }
    }

    private void ScreenByBounds(Tensor centered, int firstToken, int k, EncoderWorkspace workspace)
    {
        var errors = new float[centered.shape[0]];
        var left = workspace.Rows("rounded activations", errors.Length, _screen.Columns, ScalarType.BFloat16);
        var bounds = workspace.Rows("bounds", errors.Length, _screen.PaddedLatents, ScalarType.BFloat16);
        float* x = TensorData.Floats(centered);
        ushort* rounded = TensorData.BFloat16s(left), upper = TensorData.BFloat16s(bounds);
        KernelLoop.For(errors.Length, TokensOfRange, (from, end) =>
        {
            for (var t = from; t < end; t++)
                errors[t] = _screen.WriteActivation(x + (long)t * _width, rounded + (long)t * _screen.Columns);
        });
        using var right = _screen.Weight.t();
        bounds.addmm_(left, right, 0, 1);
        ForEachRange(errors.Length, (scratch, from, end) =>
        {
            for (var t = from; t < end; t++)
            {
                int* places = null;
                var count = float.IsNaN(errors[t]) ? 0 : scratch.Screened.Find(upper + (long)t * _screen.PaddedLatents, errors[t], k, out places);
                Keep(scratch, places, count);
            }
            Deliver(scratch, firstToken + from, workspace.Lists);
        });
        GC.KeepAlive(centered);
    }

    private void ScreenByValues(Tensor centered, int firstToken, int k, EncoderWorkspace workspace)
    {
        var memory = workspace.Rows("pre-activations", (int)centered.shape[0], _latents, ScalarType.Float32);
        using var product = Float32Product.Linear(centered, _encoder, _latentBias, memory);
        float* x = TensorData.Floats(centered), values = TensorData.Floats(product);
        ForEachRange((int)centered.shape[0], (scratch, from, end) =>
        {
            for (var t = from; t < end; t++)
            {
                int* places = null;
                var error = _screen.ProductError(x + (long)t * _width);
                var count = float.IsNaN(error) ? 0 : scratch.Compared.Find(values + (long)t * _latents, error, k, out places);
                Keep(scratch, places, count);
            }
            Deliver(scratch, firstToken + from, workspace.Lists);
        });
        GC.KeepAlive(centered);
    }

    /// <summary>Notes a token's candidates; every latent is one where the screen can say nothing (none found).</summary>
    private void Keep(EncoderScratch scratch, int* places, int count)
    {
        if (count == 0)
            scratch.Found.AddRange(Enumerable.Range(0, _latents));
        else
            scratch.Found.AddRange(new ReadOnlySpan<int>(places, count));
        scratch.Counts.Add(count == 0 ? _latents : count);
    }

    private static void Deliver(EncoderScratch scratch, int firstToken, CandidateLists lists)
    {
        lists.Append(firstToken, CollectionsMarshal.AsSpan(scratch.Counts), CollectionsMarshal.AsSpan(scratch.Found));
        scratch.Counts.Clear();
        scratch.Found.Clear();
    }

    /// <summary>Computes the candidates' pre-activations, and writes each token's K largest.</summary>
    private void Choose(Tensor centered, CandidateLists lists, SparseCodes codes, int firstToken, bool positiveOnly)
    {
        var k = codes.Slots;
        lists.MakeValues();
        var candidates = new CandidateValues(TensorData.Floats(_encoder), TensorData.Floats(_latentBias), _latents, _width);
        var x = TensorData.Floats(centered);
        var byLatent = candidates.IsByLatent(lists.Tokens);
        if (byLatent)
            candidates.OfAll(x, lists);
        var indices = TensorData.Longs(codes.Indices) + (long)firstToken * k;
        var values = TensorData.Floats(codes.Values) + (long)firstToken * k;
        fixed (int* allPlaces = lists.Places)
        fixed (float* allValues = lists.Values)
        {
            int* places = allPlaces;
            float* computed = allValues;
            ForEachRange(lists.Tokens, (scratch, from, end) =>
            {
                for (var t = from; t < end; t++)
                {
                    var (start, count) = (lists.Start(t), lists.Count(t));
                    if (!byLatent)
                        candidates.OfToken(x + (long)t * _width, places + start, count, computed + start);
                    CheckNumbers(computed + start, places + start, count, firstToken + t);
                    LargestValues.Choose(computed + start, count, k, scratch.Keys, scratch.Chosen);
                    Write(computed + start, places + start, scratch.Chosen, k, positiveOnly, indices + (long)t * k, values + (long)t * k);
                }
            });
        }
        GC.KeepAlive(centered);
    }

    private void ForEachRange(int tokens, Action<EncoderScratch, int, int> body) =>
        KernelLoop.For(tokens, TokensOfRange, (from, end) =>
        {
            if (!_scratch.TryTake(out var scratch))
                scratch = new EncoderScratch(_screen, _latents);
            try
            {
                body(scratch, from, end);
            }
            finally
            {
                _scratch.Add(scratch);
            }
        });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(float* computed, int* places, int* chosen, int k, bool positiveOnly, long* indices, float* values)
    {
        for (var i = 0; i < k; i++)
        {
            var value = computed[chosen[i]];
            indices[i] = places[chosen[i]];
            values[i] = positiveOnly ? MathF.Max(0, value) : value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CheckNumbers(float* values, int* places, int count, int token)
    {
        for (var i = 0; i < count; i++)
        {
            if (float.IsNaN(values[i]))
                throw new ArgumentException(
                    $"The pre-activation of latent {places[i]} is NaN for token {token} (row {token} of x): the activation or the autoencoder's parameters hold NaN or infinite values. Run the language model in float32, or leave this text out.", "x");
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
}
