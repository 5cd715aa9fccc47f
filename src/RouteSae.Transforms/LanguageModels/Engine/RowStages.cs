using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>What happens to each row between the products, on several threads. One for each caller at a time; allocates nothing itself.</summary>
internal sealed unsafe class RowStages
{
    private const int Grain = 32;

    private readonly DecoderConfig _config;
    private readonly ActivationRows _activation;
    private readonly Action<int, int> _norm;
    private readonly Action<int, int> _finish;
    private readonly Action<int, int> _activate;
    private readonly Action<int, int> _prepare;
    private readonly Action<int, int> _add;
    private EngineLayer _layer = null!;
    private EngineNorm? _rowNorm;
    private AlignedNumbers<float>? _bias;
    private float* _source;
    private float* _second;
    private float* _target;
    private int _sourceStride;
    private int _targetStride;

    public RowStages(DecoderConfig config)
    {
        (_config, _activation) = (config, ActivationRows.Of(config.Activation));
        (_norm, _finish, _activate, _prepare, _add) = (Norm, Finish, Activate, Prepare, Add);
    }

    /// <summary>target = norm(source).</summary>
    public void Norm(EngineNorm norm, int rows, float* source, float* target, int stride)
    {
        _rowNorm = norm;
        Run(rows, source, stride, target, stride, _norm);
    }

    /// <summary>Adds the bias to a product, clamps it, and normalises queries and keys, as the layer asks for.</summary>
    public void Prepare(EngineLayer layer, int rows, float* projected)
    {
        _layer = layer;
        if (layer.QueryKeyValue.Bias is not null || _config.ProjectionClip is not null || layer.QueryNorm is not null)
        {
            Run(rows, projected, layer.QueryKeyValue.Stride, projected, layer.QueryKeyValue.Stride, _prepare);
        }
    }

    /// <summary>Adds the bias to a product and normalises it, as the layer asks for.</summary>
    public void Finish(EngineProjection projection, EngineNorm? norm, int rows, float* product)
    {
        (_bias, _rowNorm) = (projection.Bias, norm);
        if (_bias is not null || norm is not null)
        {
            Run(rows, product, projection.Stride, product, projection.Stride, _finish);
        }
    }

    /// <summary>The middle of the feed-forward.</summary>
    public void Activate(EngineLayer layer, int rows, float* wide, float* target, int targetStride)
    {
        _layer = layer;
        Run(rows, wide, layer.GateUp.Stride, target, targetStride, _activate);
    }

    /// <summary>target += source, or source + second, where there is one.</summary>
    public void Add(int rows, float* source, float* second, float* target, int stride)
    {
        _second = second;
        Run(rows, source, stride, target, stride, _add);
    }

    private void Run(int rows, float* source, int sourceStride, float* target, int targetStride, Action<int, int> stage)
    {
        _source = source;
        _target = target;
        (_sourceStride, _targetStride) = (sourceStride, targetStride);
        KernelLoop.For(rows, Grain, stage);
    }

    private float* Source(int row) => _source + (long)row * _sourceStride;

    private float* Target(int row) => _target + (long)row * _targetStride;

    private void Norm(int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            _rowNorm!.Apply(Source(row), Target(row));
        }
    }

    private void Finish(int first, int end)
    {
        for (var row = first; row < end; row++)
        {
            AddTo(Source(row), _bias, _sourceStride);
            _rowNorm?.Apply(Source(row), Source(row));
        }
    }

    private void Activate(int first, int end)
    {
        var bias = _layer.GateUp.Bias is { } biases ? biases.Data : null;
        for (var row = first; row < end; row++)
        {
            _activation.Apply(Source(row), bias, _config.GatedFeedForward ? _targetStride : 0, Target(row), _targetStride);
        }
    }

    private void Prepare(int first, int end)
    {
        var widest = Math.Max(_layer.QueryNorm?.Width ?? 0, _layer.KeyNorm?.Width ?? 0);
        using var scratch = new KernelScratch(EngineSizes.Filled(widest) * sizeof(float));
        for (var row = first; row < end; row++)
        {
            AddTo(Source(row), _layer.QueryKeyValue.Bias, _sourceStride);
            Clip(Source(row));
            var keys = Source(row) + _config.AttentionHeads * _config.HeadSize;
            NormParts(_layer.QueryNorm, Source(row), keys, (float*)scratch.Data);
            NormParts(_layer.KeyNorm, keys, keys + _config.KeyValueHeads * _config.HeadSize, (float*)scratch.Data);
        }
    }

    private static void NormParts(EngineNorm? norm, float* first, float* end, float* scratch)
    {
        for (; norm is not null && first < end; first += norm.Width)
        {
            norm.ApplyToPart(first, scratch);
        }
    }

    private void Clip(float* row)
    {
        if (_config.ProjectionClip is not { } clip)
        {
            return;
        }

        Vector512<float> least = Vector512.Create((float)-clip), most = Vector512.Create((float)clip);
        for (var i = 0; i < _sourceStride; i += 16)
        {
            Vector512.Min(Vector512.Max(Vector512.Load(row + i), least), most).Store(row + i);
        }
    }

    private static void AddTo(float* row, AlignedNumbers<float>? bias, int count)
    {
        for (var i = 0; bias is not null && i < count; i += 16)
        {
            (Vector512.Load(row + i) + Vector512.Load(bias.Data + i)).Store(row + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Add(int first, int end)
    {
        var (start, count) = ((long)first * _targetStride, (long)(end - first) * _targetStride);
        for (var i = start; i < start + count; i += 16)
        {
            var sum = Vector512.Load(_source + i);
            sum = _second is null ? sum : sum + Vector512.Load(_second + i);
            (sum + Vector512.Load(_target + i)).Store(_target + i);
        }
    }
}
