using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels.Functions;

namespace RouteSae.LanguageModels.Engine;

/// <summary>The softmax of a query's scores.</summary>
/// <param name="scale">What multiplies the products of queries and keys.</param>
/// <param name="cap">c: scores become c · tanh(score / c). 0 without.</param>
internal readonly unsafe struct ScoreRow(float scale, float cap)
{
    private static readonly Vector512<int> s_places = Vector512<int>.Indices;

    /// <summary>
    /// Turns products into e^(score − largest score) for the keys from <paramref name="first"/> to before <paramref name="end"/>, in place.
    /// Numbers beside them within the same 16 become 0.
    /// </summary>
    /// <returns>1 / the sum of what was written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float Softmax(float* row, int first, int end)
    {
        var start = first / OrderedSum.Parts * OrderedSum.Parts;
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var i = start; i < end; i += OrderedSum.Parts)
        {
            var score = Vector512.Load(row + i) * Vector512.Create(scale);
            if (cap > 0)
            {
                score = ExactActivations.Tanh(score / Vector512.Create(cap)) * Vector512.Create(cap);
            }

            var places = s_places + Vector512.Create(i);
            var seen = Vector512.GreaterThanOrEqual(places, Vector512.Create(first)) & Vector512.LessThan(places, Vector512.Create(end));
            score = Vector512.ConditionalSelect(seen.AsSingle(), score, Vector512.Create(float.NegativeInfinity));
            score.Store(row + i);
            largest = Vector512.Max(largest, score);
        }

        var top = Vector512.Create(Largest(largest));
        var sum = Vector512<float>.Zero;
        for (var i = start; i < end; i += OrderedSum.Parts)
        {
            var weight = ExactExponential.Of(Vector512.Load(row + i) - top);
            weight.Store(row + i);
            sum += weight;
        }

        return 1 / OrderedSum.Of(sum);
    }

    private static float Largest(Vector512<float> values)
    {
        var eight = Vector256.Max(values.GetLower(), values.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four.GetElement(0), four.GetElement(2)), MathF.Max(four.GetElement(1), four.GetElement(3)));
    }
}
