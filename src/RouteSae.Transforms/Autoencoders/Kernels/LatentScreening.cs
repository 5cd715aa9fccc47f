using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// Finds, by a fast product, the latents that may be among the K largest of each token: in bfloat16 with the bounds of
/// <see cref="EncoderScreen"/>, or in float32. Owns the screen and the scratch of its threads. Safe for concurrent calls.
/// </summary>
internal sealed unsafe class LatentScreening : IDisposable
{
    private const int BoundsBytes = 8 << 20; // stays in the cache until it is read
    private const int ValuesBytes = 64 << 20; // float32 products want many rows
    private const int LeastChunk = 64;
    private const int LargestChunk = 1024;
    private const int TokensOfRange = 8;

    private readonly Tensor _encoder; // [M, D]
    private readonly Tensor _latentBias;
    private readonly int _latents;
    private readonly int _width;
    private readonly EncoderScreen _screen;
    private readonly ConcurrentBag<EncoderScratch> _scratch = [];
    private readonly Lock _refreshing = new();
    private (long? Encoder, long? Bias)? _screened;

    public LatentScreening(Tensor encoder, Tensor latentBias)
    {
        (_encoder, _latentBias) = (encoder, latentBias);
        (_latents, _width) = ((int)encoder.shape[0], (int)encoder.shape[1]);
        _screen = new EncoderScreen(_latents, _width);
    }

    /// <summary>A token with more candidates is not worth a list: all its latents are computed.</summary>
    private int MostCandidates => Math.Max(1024, _latents / 4);

    /// <summary>Brings the screen up to date with the parameters.</summary>
    public void Refresh()
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

    /// <summary>Tells that a kernel has changed the parameters behind libtorch's back.</summary>
    public void ParametersChanged()
    {
        lock (_refreshing)
            _screened = null;
    }

    /// <summary>Finds the candidates of a block of tokens.</summary>
    /// <param name="centered">x − b_pre, [tokens, D].</param>
    /// <param name="k">K.</param>
    /// <param name="bfloat16">Whether a bfloat16 product screens, else a float32 one.</param>
    /// <param name="workspace">Its lists take the candidates: none for a token that the screen cannot help.</param>
    public void Find(Tensor centered, int k, bool bfloat16, EncoderWorkspace workspace)
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

    /// <summary>Runs a body over ranges of tokens, with scratch for each.</summary>
    public void ForEachRange(int tokens, Action<EncoderScratch, int, int> body) =>
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
                scratch.Forget(); // what a failed body has left
                _scratch.Add(scratch);
            }
        });

    public void Dispose()
    {
        _screen.Dispose();
        while (_scratch.TryTake(out var scratch))
            scratch.Dispose();
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

    /// <summary>Notes a token's candidates in the scratch of its range.</summary>
    private void Keep(EncoderScratch scratch, int* places, int count)
    {
        count = count <= MostCandidates ? count : 0;
        scratch.Found.AddRange(new ReadOnlySpan<int>(places, count));
        scratch.Counts.Add(count);
    }

    private static void Deliver(EncoderScratch scratch, int firstToken, CandidateLists lists)
    {
        lists.Append(firstToken, CollectionsMarshal.AsSpan(scratch.Counts), CollectionsMarshal.AsSpan(scratch.Found));
        scratch.Forget();
    }
}
