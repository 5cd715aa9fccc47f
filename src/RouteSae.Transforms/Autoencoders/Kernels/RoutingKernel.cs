using System.Runtime.CompilerServices;
using RouteSae.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// Standardises, aggregates, routes and gathers in one pass over the hidden states of a token, without a stacked or
/// standardised copy. Hidden states are float32 or bfloat16; sums are float32.
/// </summary>
internal sealed unsafe class RoutingKernel
{
    private const int TokensOfRange = 32;

    private readonly Tensor _weight; // [L, D]
    private readonly int _layers;
    private readonly int _width;
    private readonly RoutingMode _mode;
    private readonly bool _mean;
    private readonly bool _isUnscaled;
    private readonly bool _standardizes;

    /// <param name="weight">W_r, [L, D].</param>
    /// <param name="architecture">The router's choices.</param>
    /// <param name="mode">Replaces the architecture's.</param>
    public RoutingKernel(Tensor weight, RouteSaeArchitecture architecture, RoutingMode? mode = null)
    {
        _weight = weight;
        (_layers, _width) = ((int)weight.shape[0], (int)weight.shape[1]);
        _mode = mode ?? architecture.Mode;
        _mean = architecture.Aggregation == RouterAggregation.Mean;
        _isUnscaled = architecture.IsUnscaled && _mode == RoutingMode.Hard;
        _standardizes = architecture.Scaling == HiddenStateScaling.PerToken;
    }

    /// <summary>Whether the kernel reads this hidden state: contiguous, on the CPU, float32 or bfloat16.</summary>
    public static bool Fits(Tensor hiddenState) =>
        hiddenState.device.type == DeviceType.CPU && hiddenState.is_contiguous()
        && hiddenState.dtype is ScalarType.Float32 or ScalarType.BFloat16;

    /// <summary>The hidden states as they are where the kernel reads them, else as contiguous float32 on the CPU.</summary>
    public static IReadOnlyList<Tensor> Readable(IReadOnlyList<Tensor> hiddenStates) =>
        hiddenStates.All(tensor => Fits(tensor) && tensor.dtype == hiddenStates[0].dtype)
            ? hiddenStates
            : hiddenStates.Select(tensor => tensor.to(ScalarType.Float32).cpu().contiguous()).ToArray();

    /// <summary>Routes tokens.</summary>
    /// <param name="hiddenStates">L x [.., D], all of one type.</param>
    /// <param name="rows">The tokens' rows, N of them; null: all.</param>
    /// <param name="routed">Takes the result, for N tokens.</param>
    public void Route(IReadOnlyList<Tensor> hiddenStates, long[]? rows, RoutedTokens routed)
    {
        if (hiddenStates[0].dtype == ScalarType.BFloat16)
            Route<BrainNumber>(hiddenStates, rows, routed);
        else
            Route<SingleNumber>(hiddenStates, rows, routed);
    }

    /// <summary>Adds ∂/∂pᵢ = ⟨∂/∂x, xᵢ⟩ of x = Σ pᵢ xᵢ, for every hidden state.</summary>
    /// <param name="hiddenStates">L x [N, D], those that were routed.</param>
    /// <param name="inputGradients">∂/∂x, [N, D].</param>
    /// <param name="probabilityGradients">[N, L].</param>
    public void AddSoftGradients(IReadOnlyList<Tensor> hiddenStates, Tensor inputGradients, float[] probabilityGradients)
    {
        if (hiddenStates[0].dtype == ScalarType.BFloat16)
            AddSoftGradients<BrainNumber>(hiddenStates, inputGradients, probabilityGradients);
        else
            AddSoftGradients<SingleNumber>(hiddenStates, inputGradients, probabilityGradients);
    }

    private void AddSoftGradients<TElement>(IReadOnlyList<Tensor> hiddenStates, Tensor inputGradients, float[] probabilityGradients)
        where TElement : unmanaged, IRowNumber<TElement>
    {
        var sources = Sources<TElement>(hiddenStates);
        var gradients = TensorData.Floats(inputGradients);
        KernelLoop.For((int)inputGradients.shape[0], TokensOfRange, (first, end) =>
        {
            using var scratch = new KernelScratch(_width * sizeof(float));
            var x = (float*)scratch.Data;
            for (var t = first; t < end; t++)
            {
                for (var l = 0; l < _layers; l++)
                {
                    var row = (TElement*)sources[l] + (long)t * _width;
                    var mean = _standardizes ? StandardizedRows.Mean<TElement>(row, _width) : 0;
                    StandardizedRows.AddScaled<TElement>(row, mean, _standardizes ? StandardizedRows.Scale<TElement>(row, mean, _width) : 1, x, _width, overwrite: true);
                    probabilityGradients[t * _layers + l] += FloatRows.Dot(x, gradients + (long)t * _width, _width);
                }
            }
        });
        GC.KeepAlive(hiddenStates);
        GC.KeepAlive(inputGradients);
    }

    private static nint[] Sources<TElement>(IReadOnlyList<Tensor> hiddenStates) where TElement : unmanaged, IRowNumber<TElement> =>
        hiddenStates.Select(tensor => (nint)(TElement.Type == ScalarType.Float32 ? TensorData.Floats(tensor) : (void*)TensorData.BFloat16s(tensor))).ToArray();

    private void Route<TElement>(IReadOnlyList<Tensor> hiddenStates, long[]? rows, RoutedTokens routed)
        where TElement : unmanaged, IRowNumber<TElement>
    {
        var sources = Sources<TElement>(hiddenStates);
        float* weight = TensorData.Floats(_weight), x = TensorData.Floats(routed.X), p = TensorData.Floats(routed.Probabilities);
        var kept = routed.Aggregate is { } tensor ? TensorData.Floats(tensor) : null;
        var chosen = TensorData.Longs(routed.Chosen);
        KernelLoop.For((int)routed.X.shape[0], TokensOfRange, (first, end) =>
        {
            var token = stackalloc TElement*[_layers];
            var scales = stackalloc float[2 * _layers];
            using var scratch = new KernelScratch(_width * sizeof(float));
            for (var t = first; t < end; t++)
            {
                var row = (rows?[t] ?? t) * _width;
                for (var l = 0; l < _layers; l++)
                    token[l] = (TElement*)sources[l] + row;
                var aggregate = kept is null ? (float*)scratch.Data : kept + (long)t * _width;
                Aggregate<TElement>(token, scales, aggregate);
                chosen[t] = Probabilities(aggregate, weight, p + (long)t * _layers);
                Gather<TElement>(token, scales, p + (long)t * _layers, (int)chosen[t], x + (long)t * _width);
            }
        });
        GC.KeepAlive(hiddenStates);
        GC.KeepAlive(_weight);
    }

    /// <summary>Mean and 1 / (std + ε) of each hidden state, and v = Σ xᵢ or Σ xᵢ / L.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Aggregate<TElement>(TElement** token, float* scales, float* aggregate) where TElement : unmanaged, IRowNumber<TElement>
    {
        for (var l = 0; l < _layers; l++)
        {
            var mean = scales[2 * l] = _standardizes ? StandardizedRows.Mean<TElement>(token[l], _width) : 0;
            var scale = scales[2 * l + 1] = _standardizes ? StandardizedRows.Scale<TElement>(token[l], mean, _width) : 1;
            StandardizedRows.AddScaled<TElement>(token[l], mean, _mean ? scale / _layers : scale, aggregate, _width, overwrite: l == 0);
        }
    }

    /// <summary>softmax(W_r v) into <paramref name="p"/>; the place of the largest, the first of equals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Probabilities(float* aggregate, float* weight, float* p)
    {
        var best = 0;
        for (var l = 0; l < _layers; l++)
        {
            p[l] = FloatRows.Dot(aggregate, weight + (long)l * _width, _width);
            if (p[l] > p[best])
                best = l;
        }
        var (largest, sum) = (p[best], 0f);
        for (var l = 0; l < _layers; l++)
            sum += p[l] = MathF.Exp(p[l] - largest);
        for (var l = 0; l < _layers; l++)
            p[l] /= sum;
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather<TElement>(TElement** token, float* scales, float* p, int chosen, float* x) where TElement : unmanaged, IRowNumber<TElement>
    {
        if (_mode == RoutingMode.Hard)
        {
            var weight = _isUnscaled ? 1 : p[chosen];
            StandardizedRows.AddScaled<TElement>(token[chosen], scales[2 * chosen], scales[2 * chosen + 1] * weight, x, _width, overwrite: true);
            return;
        }
        var second = _mode == RoutingMode.TopTwo ? Second(p, chosen) : -1;
        var isFirst = true;
        for (var l = 0; l < _layers; l++)
        {
            if (second >= 0 && l != chosen && l != second)
                continue;
            StandardizedRows.AddScaled<TElement>(token[l], scales[2 * l], scales[2 * l + 1] * p[l], x, _width, isFirst);
            isFirst = false;
        }
    }

    /// <summary>The place of the largest but one, the first of equals.</summary>
    private int Second(float* p, int largest)
    {
        var second = largest == 0 ? 1 : 0;
        for (var l = 0; l < _layers; l++)
        {
            if (l != largest && p[l] > p[second])
                second = l;
        }
        return second;
    }
}
