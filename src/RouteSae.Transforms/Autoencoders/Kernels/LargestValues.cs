using System.Runtime.CompilerServices;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>Picks the K largest of a few values; of equal ones the first.</summary>
internal static unsafe class LargestValues
{
    /// <summary>Lanes of a vector of keys; scratch has room for a multiple of it.</summary>
    public const int Lanes = 16;

    /// <summary>Writes the places, ascending, of the K largest values.</summary>
    /// <param name="values">No NaN.</param>
    /// <param name="count">At least K.</param>
    /// <param name="k">K.</param>
    /// <param name="keys">Scratch of <paramref name="count"/> rounded up to a multiple of <see cref="Lanes"/>.</param>
    /// <param name="chosen">[K].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Choose(float* values, int count, int k, int* keys, int* chosen)
    {
        for (var i = 0; i < count; i++)
            keys[i] = OrderedKeys.Key(values[i]);
        var padded = (count + Lanes - 1) / Lanes * Lanes;
        for (var i = count; i < padded; i++)
            keys[i] = int.MinValue;
        var least = count == k ? int.MinValue : OrderedKeys.Largest(keys, padded, k);
        var ties = k;
        for (var i = 0; i < count; i++)
        {
            if (keys[i] > least)
                ties--;
        }
        var next = 0;
        for (var i = 0; i < count && next < k; i++)
        {
            if (keys[i] > least || (keys[i] == least && ties-- > 0))
                chosen[next++] = i;
        }
    }
}
