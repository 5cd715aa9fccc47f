using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RouteSae.Autoencoders.Kernels;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Fused;

/// <summary>A bfloat16 number.</summary>
[StructLayout(LayoutKind.Sequential, Size = sizeof(ushort))]
internal readonly unsafe struct BrainNumber : IRowNumber<BrainNumber>
{
    public static ScalarType Type => ScalarType.BFloat16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Read(BrainNumber* source) => BFloat16Bits.ToSingle(*(ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(BrainNumber* source) => BFloat16Rows.Load((ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(BrainNumber* target, Vector512<float> low, Vector512<float> high) => BFloat16Rows.Store((ushort*)target, low, high);
}
