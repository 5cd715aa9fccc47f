using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RouteSae.Kernels;

/// <summary>A bfloat16 number.</summary>
[StructLayout(LayoutKind.Sequential, Size = sizeof(ushort))]
internal readonly unsafe struct BrainNumber : IRowNumber<BrainNumber>
{
    public static ScalarType Type => ScalarType.BFloat16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(BrainNumber* source) => BFloat16Bits.ToSingle(*(ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(BrainNumber* source) => BFloat16Bits.Load((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(BrainNumber* target, Vector512<float> low, Vector512<float> high) => BFloat16Bits.Store((ushort*)target, low, high);
}
