using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.LanguageModels.Engine;

/// <summary>Rotates the first numbers of a head in the rotate-half form: (a, b) → (a cos − b sin, b cos + a sin).</summary>
internal static unsafe class HeadRotation
{
    /// <summary>Writes the rotated head; with no table it is copied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(float* source, float* target, int size, RotaryTable? table, int position)
    {
        var half = table?.Frequencies ?? 0;
        if (half > 0)
        {
            float* cosine = table!.Cosines(position), sine = table.Sines(position);
            var i = 0;
            for (; i + 16 <= half; i += 16)
            {
                Vector512<float> a = Vector512.Load(source + i), b = Vector512.Load(source + half + i);
                Vector512<float> c = Vector512.Load(cosine + i), s = Vector512.Load(sine + i);
                Vector512.FusedMultiplyAdd(a, c, -(b * s)).Store(target + i);
                Vector512.FusedMultiplyAdd(b, c, a * s).Store(target + half + i);
            }

            for (; i < half; i++)
            {
                float a = source[i], b = source[half + i];
                target[i] = MathF.FusedMultiplyAdd(a, cosine[i], -(b * sine[i]));
                target[half + i] = MathF.FusedMultiplyAdd(b, cosine[i], a * sine[i]);
            }
        }

        new ReadOnlySpan<float>(source + 2 * half, size - 2 * half).CopyTo(new Span<float>(target + 2 * half, size - 2 * half));
    }
}
