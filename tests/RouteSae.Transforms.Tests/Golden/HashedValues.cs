using static TorchSharp.torch;

namespace RouteSae.Tests.Golden;

/// <summary>The integer hash that makes the tensors of the scale cases, which are too large to be stored.</summary>
internal static class HashedValues
{
    public static Tensor Make(long[] shape, uint seed, double scale, double offset)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        Parallel.For(0, values.Length, i => values[i] = (float)((Uniform((uint)i, seed) - 0.5) * (2 * scale) + offset));
        return tensor(values).reshape(shape);
    }

    private static double Uniform(uint index, uint seed)
    {
        unchecked
        {
            var hash = index + seed * 0x9E3779B9;
            hash = (hash ^ (hash >> 16)) * 0x7feb352d;
            hash = (hash ^ (hash >> 15)) * 0x846ca68b;
            hash ^= hash >> 16;
            return hash / 4294967296.0;
        }
    }
}
