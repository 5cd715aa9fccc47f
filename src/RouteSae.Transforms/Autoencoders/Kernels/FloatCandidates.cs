using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// The latents that may be among the K largest of a token, from pre-activations that a float32 product computed in an order of
/// its own: all that come within twice the product's error bound of the K-th largest. Scratch of one thread.
/// </summary>
internal sealed unsafe class FloatCandidates : IDisposable
{
    private const int Groups = EncoderScreen.LatentBlock;
    private const int Lanes = LargestValues.Lanes;

    private readonly int _latents;
    private readonly int _padded;
    private readonly KernelScratch _row;
    private readonly KernelScratch _places;
    private readonly KernelScratch _keys;

    public FloatCandidates(int latents)
    {
        _latents = latents;
        _padded = (latents + Groups - 1) / Groups * Groups;
        _row = new KernelScratch(_padded * sizeof(float));
        _places = new KernelScratch(_padded * sizeof(int));
        _keys = new KernelScratch(_padded * sizeof(int));
    }

    private int* Places => (int*)_places.Data;

    private int* Found => (int*)_keys.Data;

    /// <summary>Finds the candidates of a token.</summary>
    /// <param name="values">[M], finite.</param>
    /// <param name="error">How far a value may be from the exact one.</param>
    /// <param name="k">K.</param>
    /// <param name="places">The candidates, ascending; valid until the next call.</param>
    /// <returns>How many there are, at least K.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(float* values, float error, int k, out int* places)
    {
        places = Places;
        var row = Padded(values);
        var certain = k > Groups ? float.MinValue : OrderedKeys.Value(GroupMaximum(row, k));
        var count = Collect(row, certain);
        for (var i = count; i % Lanes != 0; i++)
            Found[i] = int.MinValue;
        var kth = OrderedKeys.Value(OrderedKeys.Largest(Found, (count + Lanes - 1) / Lanes * Lanes, k));
        return Collect(row, kth - 2.01f * error - MathF.Abs(kth) * 1e-6f);
    }

    public void Dispose()
    {
        _row.Dispose();
        _places.Dispose();
        _keys.Dispose();
    }

    private float* Padded(float* values)
    {
        if (_padded == _latents)
            return values;
        var row = (float*)_row.Data;
        new Span<float>(values, _latents).CopyTo(new Span<float>(row, _latents));
        new Span<float>(row + _latents, _padded - _latents).Fill(float.NegativeInfinity);
        return row;
    }

    /// <summary>The key of the K-th largest of the maxima of 256 groups: at least K numbers reach it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int GroupMaximum(float* row, int k)
    {
        var maxima = Found;
        for (var group = 0; group < Groups; group += 4 * Lanes)
        {
            Vector512<float> m0 = Vector512.Load(row + group), m1 = Vector512.Load(row + group + Lanes);
            Vector512<float> m2 = Vector512.Load(row + group + 2 * Lanes), m3 = Vector512.Load(row + group + 3 * Lanes);
            for (var i = group + Groups; i < _padded; i += Groups)
            {
                m0 = Vector512.MaxNative(m0, Vector512.Load(row + i));
                m1 = Vector512.MaxNative(m1, Vector512.Load(row + i + Lanes));
                m2 = Vector512.MaxNative(m2, Vector512.Load(row + i + 2 * Lanes));
                m3 = Vector512.MaxNative(m3, Vector512.Load(row + i + 3 * Lanes));
            }
            OrderedKeys.Keys(m0).Store(maxima + group);
            OrderedKeys.Keys(m1).Store(maxima + group + Lanes);
            OrderedKeys.Keys(m2).Store(maxima + group + 2 * Lanes);
            OrderedKeys.Keys(m3).Store(maxima + group + 3 * Lanes);
        }
        return OrderedKeys.Largest(maxima, Groups, k);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Collect(float* row, float least)
    {
        var threshold = Vector512.Create(least);
        int* places = Places, keys = Found;
        var count = 0;
        for (var i = 0; i < _padded; i += 4 * Lanes)
        {
            var found = From(row + i, threshold) | (From(row + i + Lanes, threshold) << Lanes)
                | (From(row + i + 2 * Lanes, threshold) << (2 * Lanes)) | (From(row + i + 3 * Lanes, threshold) << (3 * Lanes));
            for (; found != 0; found &= found - 1)
            {
                places[count] = i + BitOperations.TrailingZeroCount(found);
                keys[count] = OrderedKeys.Key(row[places[count]]);
                count++;
            }
        }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong From(float* values, Vector512<float> threshold) =>
        Vector512.GreaterThanOrEqual(Vector512.Load(values), threshold).ExtractMostSignificantBits();
}
