using System.Runtime.CompilerServices;
using RouteSae.Kernels;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>
/// Computes candidates' pre-activations, w·(x − b_pre) + b_lat, in <see cref="FloatRows"/>' order of summation. Token by token
/// where the encoder fits into the cache; else latent by latent, so that each of its rows is read from memory once.
/// </summary>
internal sealed unsafe class CandidateValues(float* weight, float* latentBias, int latents, int width)
{
    private const int CacheBytes = 8 << 20;
    private const int LeastTokensByLatent = 256;
    private const int LatentsOfRange = 32;

    /// <summary>Whether the candidates of so many tokens are computed latent by latent.</summary>
    public bool IsByLatent(int tokens) => tokens >= LeastTokensByLatent && (long)latents * width * sizeof(float) > CacheBytes;

    /// <summary>The pre-activations of one token.</summary>
    /// <param name="centered">x − b_pre, [D].</param>
    /// <param name="places">The candidates.</param>
    /// <param name="count">How many.</param>
    /// <param name="values">One a candidate.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void OfToken(float* centered, int* places, int count, float* values)
    {
        var i = 0;
        for (; i + 4 <= count; i += 4)
            FloatRows.Dot4(centered, Row(places[i]), Row(places[i + 1]), Row(places[i + 2]), Row(places[i + 3]), width, values + i);
        for (; i < count; i++)
            values[i] = FloatRows.Dot(centered, Row(places[i]), width);
        for (i = 0; i < count; i++)
            values[i] = WithBias(values[i], places[i]);
    }

    /// <summary>The pre-activations of all candidates of a block of tokens.</summary>
    /// <param name="centered">x − b_pre, [tokens, D].</param>
    /// <param name="lists">The candidates.</param>
    public void OfAll(float* centered, CandidateLists lists)
    {
        var ends = SortByLatent(lists);
        fixed (float* values = lists.Values)
        fixed (int* ofToken = lists.TokensByLatent, ofSlot = lists.SlotsByLatent)
        {
            float* all = values;
            int* t = ofToken, s = ofSlot;
            KernelLoop.For(latents, LatentsOfRange, (first, end) =>
            {
                for (var j = first; j < end; j++)
                    OfLatent(j, centered, t, s, j == 0 ? 0 : ends[j - 1], ends[j], all);
            });
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void OfLatent(int latent, float* centered, int* tokens, int* slots, int from, int end, float* values)
    {
        var row = Row(latent);
        var four = stackalloc float[4];
        var i = from;
        for (; i + 4 <= end; i += 4)
        {
            FloatRows.Dot4(
                row, centered + (long)tokens[i] * width, centered + (long)tokens[i + 1] * width,
                centered + (long)tokens[i + 2] * width, centered + (long)tokens[i + 3] * width, width, four);
            for (var n = 0; n < 4; n++)
                values[slots[i + n]] = WithBias(four[n], latent);
        }
        for (; i < end; i++)
            values[slots[i]] = WithBias(FloatRows.Dot(row, centered + (long)tokens[i] * width, width), latent);
    }

    /// <summary>Tokens and slots of all candidates, latent by latent, tokens ascending.</summary>
    /// <returns>Where each latent's end.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int[] SortByLatent(CandidateLists lists)
    {
        lists.MakeOrder();
        int[] tokens = lists.TokensByLatent, slots = lists.SlotsByLatent, places = lists.Places;
        var next = new int[latents];
        for (var i = 0; i < lists.Total; i++)
            next[places[i]]++;
        for (int j = 0, sum = 0; j < latents; j++)
            (next[j], sum) = (sum, sum + next[j]);
        for (var t = 0; t < lists.Tokens; t++)
        {
            var end = lists.Start(t) + lists.Count(t);
            for (var i = lists.Start(t); i < end; i++)
            {
                var place = next[places[i]]++;
                tokens[place] = t;
                slots[place] = i;
            }
        }
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* Row(int latent) => weight + (long)latent * width;

    // −0 becomes 0, so that the order of keys and of numbers agree.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float WithBias(float product, int latent) => product + latentBias[latent] + 0f;
}
