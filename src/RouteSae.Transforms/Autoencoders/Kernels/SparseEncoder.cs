using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using RouteSae.Native;
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
    private const int LargestBlock = 4096;
    private const int LeastBlock = 256; // enough to compute candidates latent by latent
    private const int LatentsOfBlock = 1 << 26; // of all its tokens together: limits what lists of candidates can take
    private const int TokensOfRange = 8;

    private readonly Tensor _encoder; // [M, D]
    private readonly Tensor _preBias;
    private readonly Tensor _latentBias;
    private readonly int _latents;
    private readonly int _width;
    private readonly LatentScreening _screening;
    private readonly ConcurrentBag<EncoderWorkspace> _workspaces = [];

    public SparseEncoder(Tensor encoder, Tensor preBias, Tensor latentBias)
    {
        (_encoder, _preBias, _latentBias) = (encoder, preBias, latentBias);
        (_latents, _width) = ((int)encoder.shape[0], (int)encoder.shape[1]);
        _screening = new LatentScreening(encoder, latentBias);
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
        _screening.Refresh();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!_workspaces.TryTake(out var workspace))
            workspace = new EncoderWorkspace();
        try
        {
            var tokens = (int)x.shape[0];
            var tokensOfBlock = Math.Clamp(LatentsOfBlock / _latents, LeastBlock, LargestBlock);
            for (var first = 0; first < tokens; first += tokensOfBlock)
            {
                var count = Math.Min(tokensOfBlock, tokens - first);
                var block = centered?.narrow(0, first, count) ?? workspace.Rows("centered", count, _width, ScalarType.Float32);
                Subtract(x, first, block);
                _screening.Find(block, codes.Slots, bfloat16, workspace);
                Choose(block, workspace.Lists, codes, first, positiveOnly);
            }
        }
        finally
        {
            _workspaces.Add(workspace);
        }
    }

    /// <inheritdoc cref="LatentScreening.ParametersChanged"/>
    public void ParametersChanged() => _screening.ParametersChanged();

    public void Dispose()
    {
        _screening.Dispose();
        while (_workspaces.TryTake(out var workspace))
            workspace.Dispose();
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
            _screening.ForEachRange(lists.Tokens, (scratch, from, end) =>
            {
                for (var t = from; t < end; t++)
                {
                    var isListed = lists.Count(t) > 0;
                    var count = isListed ? lists.Count(t) : _latents;
                    int* own = isListed ? places + lists.Start(t) : scratch.All;
                    float* found = isListed ? computed + lists.Start(t) : scratch.Values;
                    if (!isListed || !byLatent)
                        candidates.OfToken(x + (long)t * _width, own, count, found);
                    CheckNumbers(found, own, count, firstToken + t);
                    LargestValues.Choose(found, count, k, scratch.Keys, scratch.Chosen);
                    Write(found, own, scratch.Chosen, k, positiveOnly, indices + (long)t * k, values + (long)t * k);
                }
            });
        }
        GC.KeepAlive(centered);
    }

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
