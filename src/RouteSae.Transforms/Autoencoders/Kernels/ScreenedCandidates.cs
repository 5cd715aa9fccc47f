using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// The latents that may be among the K largest of a token, from the upper bounds u that <see cref="EncoderScreen"/> gives: all
/// with u at least the K-th largest lower bound. Scratch of one thread.
/// </summary>
internal sealed unsafe class ScreenedCandidates : IDisposable
{
    private const int Groups = EncoderScreen.LatentBlock;
    private const int ShortLanes = 32;

    /// <summary>More than the relative rounding of u to bfloat16, 2⁻⁸.</summary>
    private const float BoundRounding = 1.02f / 256;

    /// <summary>More than twice: covers the rounding of the subtraction.</summary>
    private const float Twice = 2.02f;

    private readonly EncoderScreen _screen;
    private readonly KernelScratch _places;
    private readonly KernelScratch _uppers;
    private readonly KernelScratch _lowers;

    public ScreenedCandidates(EncoderScreen screen)
    {
        _screen = screen;
        _places = new KernelScratch(screen.PaddedLatents * sizeof(int));
        _uppers = new KernelScratch(screen.PaddedLatents * sizeof(short));
        _lowers = new KernelScratch(screen.PaddedLatents * sizeof(int));
    }

    private int* Places => (int*)_places.Data;

    /// <summary>Finds the candidates of a token.</summary>
    /// <param name="bounds">u, [PaddedLatents], a row of the product.</param>
    /// <param name="a">The token's a.</param>
    /// <param name="k">K.</param>
    /// <param name="places">The candidates, ascending; valid until the next call.</param>
    /// <returns>How many there are, at least K.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ushort* bounds, float a, int k, out int* places)
    {
        places = Places;
        var certain = GroupMaximum(bounds, k); // at least K of the u are from here on
        var value = OrderedKeys.Value(certain);
        var guess = certain == short.MinValue ? certain
            : OrderedKeys.KeyBelow(value - MathF.Abs(value) * BoundRounding - Twice * a * _screen.MeanLength);
        var count = Collect(bounds, guess);
        var least = LeastUpperBound(count, a, k);
        return least >= guess ? Keep(count, least) : Collect(bounds, least);
    }

    public void Dispose()
    {
        _places.Dispose();
        _uppers.Dispose();
        _lowers.Dispose();
    }

    /// <summary>The K-th largest of the maxima of 256 groups, a key that at least K numbers reach; the lowest key when K is larger.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private short GroupMaximum(ushort* bounds, int k)
    {
        if (k > Groups)
            return short.MinValue;
        Vector512<short> m0 = Keys(bounds), m1 = Keys(bounds + 32), m2 = Keys(bounds + 64), m3 = Keys(bounds + 96);
        Vector512<short> m4 = Keys(bounds + 128), m5 = Keys(bounds + 160), m6 = Keys(bounds + 192), m7 = Keys(bounds + 224);
        for (var i = Groups; i < _screen.PaddedLatents; i += Groups)
        {
            var next = bounds + i;
            m0 = Vector512.Max(m0, Keys(next));
            m1 = Vector512.Max(m1, Keys(next + 32));
            m2 = Vector512.Max(m2, Keys(next + 64));
            m3 = Vector512.Max(m3, Keys(next + 96));
            m4 = Vector512.Max(m4, Keys(next + 128));
            m5 = Vector512.Max(m5, Keys(next + 160));
            m6 = Vector512.Max(m6, Keys(next + 192));
            m7 = Vector512.Max(m7, Keys(next + 224));
        }
        var maxima = (short*)_uppers.Data;
        m0.Store(maxima);
        m1.Store(maxima + 32);
        m2.Store(maxima + 64);
        m3.Store(maxima + 96);
        m4.Store(maxima + 128);
        m5.Store(maxima + 160);
        m6.Store(maxima + 192);
        m7.Store(maxima + 224);
        return OrderedKeys.Largest(maxima, Groups, k);
    }

    /// <summary>Lists the latents whose upper bound has at least this key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Collect(ushort* bounds, short least)
    {
        var threshold = Vector512.Create(least);
        var places = Places;
        var uppers = (short*)_uppers.Data;
        var count = 0;
        for (var i = 0; i < _screen.PaddedLatents; i += 2 * ShortLanes)
        {
            var found = Vector512.GreaterThanOrEqual(Keys(bounds + i), threshold).ExtractMostSignificantBits()
                | (Vector512.GreaterThanOrEqual(Keys(bounds + i + ShortLanes), threshold).ExtractMostSignificantBits() << ShortLanes);
            for (; found != 0; found &= found - 1)
            {
                places[count] = i + System.Numerics.BitOperations.TrailingZeroCount(found);
                uppers[count] = OrderedKeys.Key(bounds[places[count]]);
                count++;
            }
        }
        return count;
    }

    /// <summary>The key that the upper bound of a latent among the K largest must have: that of the K-th largest lower bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private short LeastUpperBound(int count, float a, int k)
    {
        var uppers = (short*)_uppers.Data;
        var lowers = (int*)_lowers.Data;
        var padded = (count + LargestValues.Lanes - 1) / LargestValues.Lanes * LargestValues.Lanes;
        for (var i = 0; i < count; i++)
        {
            var (place, upper) = (Places[i], OrderedKeys.Value(uppers[i]));
            lowers[i] = place < _screen.Lengths.Length
                ? OrderedKeys.Key(upper - MathF.Abs(upper) * BoundRounding - Twice * (a * _screen.Lengths[place] + _screen.BiasErrors[place]))
                : int.MinValue;
        }
        for (var i = count; i < padded; i++)
            lowers[i] = int.MinValue;
        return OrderedKeys.KeyBelow(OrderedKeys.Value(OrderedKeys.Largest(lowers, padded, k, lowestBit: 1 << 16)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Keep(int count, short least)
    {
        var places = Places;
        var uppers = (short*)_uppers.Data;
        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            places[kept] = places[i];
            kept += uppers[i] >= least ? 1 : 0;
        }
        return kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Keys(ushort* bits) => OrderedKeys.Keys(Vector512.Load((short*)bits));
}
