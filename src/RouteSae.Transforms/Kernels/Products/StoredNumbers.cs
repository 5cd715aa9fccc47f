using System.Runtime.InteropServices;

namespace RouteSae.Kernels.Products;

/// <summary>Reads the numbers of a file.</summary>
internal static unsafe class StoredNumbers
{
    /// <summary>Bytes of a number.</summary>
    public static int SizeOf(NumberFormat format) => format switch
    {
        NumberFormat.Float64 => sizeof(double),
        NumberFormat.Float32 => sizeof(float),
        _ => sizeof(ushort),
    };

    public static ReadOnlySpan<ushort> Halves(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, ushort>(bytes);

    /// <summary>Writes numbers as float32, with a step from one to the next.</summary>
    public static void Widen(ReadOnlySpan<byte> bytes, NumberFormat format, float* target, int step)
    {
        switch (format)
        {
            case NumberFormat.Float64:
                foreach (var number in MemoryMarshal.Cast<byte, double>(bytes))
                {
                    *target = (float)number;
                    target += step;
                }

                break;
            case NumberFormat.Float32:
                foreach (var number in MemoryMarshal.Cast<byte, float>(bytes))
                {
                    *target = number;
                    target += step;
                }

                break;
            case NumberFormat.BFloat16:
                foreach (var number in Halves(bytes))
                {
                    *target = BFloat16Bits.ToSingle(number);
                    target += step;
                }

                break;
            default:
                foreach (var number in Halves(bytes))
                {
                    *target = HalfBits.ToSingle(number);
                    target += step;
                }

                break;
        }
    }
}
