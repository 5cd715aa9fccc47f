using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace RouteSae.Kernels;

/// <summary>A float32 number.</summary>
[StructLayout(LayoutKind.Sequential, Size = sizeof(float))]
internal readonly unsafe struct SingleNumber : IRowNumber<SingleNumber>
{
    public static ScalarType Type => ScalarType.Float32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(SingleNumber* source) => *(float*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(SingleNumber* source) => Vector512.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(SingleNumber* target, Vector512<float> low, Vector512<float> high)
    {
        low.Store((float*)target);
        high.Store((float*)target + Vector512<float>.Count);
    }
}
