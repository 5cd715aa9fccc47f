using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels.Functions;
using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>
/// A norm over rows of memory; the equations stand at <see cref="NormKind"/>. Rows, weights and biases are filled up with zeros to a
/// multiple of 16 numbers, and stay so.
/// </summary>
internal sealed unsafe class EngineNorm(NormKind kind, double epsilon, int width, AlignedNumbers<float>? weight, AlignedNumbers<float>? bias)
{
    private readonly float _epsilon = (float)epsilon;
    private readonly int _filled = (width + OrderedSum.Parts - 1) / OrderedSum.Parts * OrderedSum.Parts;

    /// <summary>Numbers of a row.</summary>
    public int Width => width;

    /// <summary>Normalises a row; source and target may be the same.</summary>
    public void Apply(float* source, float* target)
    {
        if (kind == NormKind.RootMeanSquare)
        {
            RootMeanSquare(source, target);
        }
        else
        {
            Layer(source, target);
        }
    }

    /// <summary>Normalises a part of a row, which may begin anywhere, by way of a row of its own.</summary>
    public void ApplyToPart(float* part, float* scratch)
    {
        new ReadOnlySpan<float>(part, width).CopyTo(new Span<float>(scratch, width));
        new Span<float>(scratch + width, _filled - width).Clear();
        Apply(scratch, scratch);
        new ReadOnlySpan<float>(scratch, width).CopyTo(new Span<float>(part, width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RootMeanSquare(float* source, float* target)
    {
        var scale = Vector512.Create(1 / MathF.Sqrt(OrderedSum.OfSquares(source, _filled) / width + _epsilon));
        var w = weight!.Data;
        for (var i = 0; i < _filled; i += OrderedSum.Parts)
        {
            (Vector512.Load(source + i) * scale * Vector512.Load(w + i)).Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Layer(float* source, float* target)
    {
        var mean = Vector512.Create(OrderedSum.Of(source, _filled) / width);
        for (var i = 0; i < _filled; i += OrderedSum.Parts)
        {
            (Vector512.Load(source + i) - mean).Store(target + i);
        }

        new Span<float>(target + width, _filled - width).Clear();
        var scale = Vector512.Create(1 / MathF.Sqrt(OrderedSum.OfSquares(target, _filled) / width + _epsilon));
        for (var i = 0; i < _filled; i += OrderedSum.Parts)
        {
            var value = Vector512.Load(target + i) * scale;
            value = weight is null ? value : value * Vector512.Load(weight.Data + i);
            (bias is null ? value : value + Vector512.Load(bias.Data + i)).Store(target + i);
        }
    }
}
