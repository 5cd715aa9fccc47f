using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>Softmax of a float32 row, in place.</summary>
internal static unsafe class FloatSoftmax
{
    /// <summary>Softmax of the first <paramref name="seen"/> numbers; the others become 0.</summary>
    /// <param name="row">[columns].</param>
    /// <param name="seen">At least 1.</param>
    /// <param name="columns">A multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* row, int seen, int columns)
    {
        new Span<float>(row + seen, columns - seen).Fill(float.NegativeInfinity);
        var most = Vector512.Load(row);
        for (var i = 16; i < columns; i += 16)
            most = Vector512.Max(most, Vector512.Load(row + i));
        var max = Vector512.Create(Largest(most));
        var sums = Vector512<float>.Zero;
        for (var i = 0; i < columns; i += 16)
        {
            var e = Vector512.Exp(Vector512.Load(row + i) - max);
            e.Store(row + i);
            sums += e;
        }
        var factor = Vector512.Create(1 / Vector512.Sum(sums));
        for (var i = 0; i < columns; i += 16)
            (Vector512.Load(row + i) * factor).Store(row + i);
    }

    private static float Largest(Vector512<float> values)
    {
        var half = Vector256.Max(values.GetLower(), values.GetUpper());
        var quarter = Vector128.Max(half.GetLower(), half.GetUpper());
        return MathF.Max(MathF.Max(quarter[0], quarter[1]), MathF.Max(quarter[2], quarter[3]));
    }
}
