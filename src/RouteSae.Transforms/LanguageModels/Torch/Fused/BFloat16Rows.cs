using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>Rows of bfloat16 numbers in native memory.</summary>
internal static unsafe class BFloat16Rows
{
    /// <summary>Whether so many numbers can be addressed.</summary>
    public static bool FitsSpan(long numbers) => numbers is > 0 and <= int.MaxValue / sizeof(ushort);

    /// <summary>Address of a contiguous tensor's data; valid while the tensor lives.</summary>
    public static ushort* Data(Tensor tensor) => (ushort*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
