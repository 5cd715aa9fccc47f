using static RouteSae.Tensors.SafetensorsFormatException;

namespace RouteSae.Tensors;

/// <summary>How tensors lie in the data of a safetensors file: one after the other, without holes.</summary>
internal static class SafetensorsLayout
{
    /// <summary>The bytes of a tensor. Dimensions of 0 do not hide an overflow of the others, which strides would run into.</summary>
    /// <returns>False if the number does not fit into 64 bits.</returns>
    public static bool TryCountBytes(IReadOnlyList<long> shape, int elementSize, out long bytes)
    {
        var product = (UInt128)elementSize;
        foreach (var dimension in shape)
        {
            product *= (UInt128)Math.Max(dimension, 1);
            if (product > long.MaxValue)
            {
                bytes = 0;
                return false;
            }
        }

        bytes = shape.Contains(0) ? 0 : (long)product;
        return true;
    }

    /// <summary>Checks that the tensors follow each other and returns where the last one ends.</summary>
    /// <exception cref="SafetensorsFormatException">Two tensors overlap, or bytes between them belong to none.</exception>
    public static long Check(IEnumerable<SafetensorsEntry> entries, long dataStart, string location)
    {
        var end = dataStart;
        SafetensorsEntry? previous = null;
        foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            if (entry.Offset < end)
            {
                throw In(location, $"tensors {Quote(previous!.Name)} and {Quote(entry.Name)} overlap");
            }

            if (entry.Offset > end)
            {
                throw In(location, $"{entry.Offset - end} bytes before tensor {Quote(entry.Name)} belong to no tensor");
            }

            end += entry.Length;
            previous = entry;
        }

        return end;
    }
}
