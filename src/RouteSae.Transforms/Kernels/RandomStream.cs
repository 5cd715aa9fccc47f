using System.Numerics;

namespace RouteSae.Kernels;

/// <summary>
/// Random numbers whose state can be stored, so that a training that is resumed draws what it would have drawn: xoshiro256**
/// (Blackman and Vigna, 2018), seeded by SplitMix64. The numbers of a seed are the same on every machine and version.
/// </summary>
public sealed class RandomStream
{
    private ulong _s0, _s1, _s2, _s3;

    /// <summary>Begins the stream of a seed.</summary>
    public RandomStream(long seed)
    {
        var mix = (ulong)seed;
        (_s0, _s1, _s2, _s3) = (SplitMix(ref mix), SplitMix(ref mix), SplitMix(ref mix), SplitMix(ref mix));
    }

    /// <summary>Goes on from a state.</summary>
    /// <param name="state">What <see cref="State"/> gave.</param>
    /// <exception cref="ArgumentException">The state is not four numbers of which at least one is not 0.</exception>
    public RandomStream(IReadOnlyList<ulong> state) => State = state;

    /// <summary>Everything that decides the numbers to come: four numbers, not all 0.</summary>
    /// <exception cref="ArgumentException">The state is not four numbers of which at least one is not 0.</exception>
    public IReadOnlyList<ulong> State
    {
        get => [_s0, _s1, _s2, _s3];
        set
        {
            if (value.Count != 4 || value.All(part => part == 0))
                throw new ArgumentException($"The state of a random stream is four numbers that are not all 0; this one is {string.Join(", ", value)}.");
            (_s0, _s1, _s2, _s3) = (value[0], value[1], value[2], value[3]);
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>A number from 0 up to but not including <paramref name="bound"/>, each equally likely.</summary>
    /// <param name="bound">At least 1.</param>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        // Lemire, 2019: the upper half of the product, unless the lower half is one of those that would make some numbers likelier.
        var unfair = (0 - (ulong)bound) % (ulong)bound;
        ulong number, rest;
        do
            number = Math.BigMul(NextBits(), (ulong)bound, out rest);
        while (rest < unfair);
        return (int)number;
    }

    /// <summary>A multiple of 2⁻⁵³ from 0 up to but not including 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>Puts the elements in random order, each order equally likely.</summary>
    public void Shuffle<T>(Span<T> elements)
    {
        for (var last = elements.Length - 1; last > 0; last--)
        {
            var place = Next(last + 1);
            (elements[last], elements[place]) = (elements[place], elements[last]);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        var mixed = state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
