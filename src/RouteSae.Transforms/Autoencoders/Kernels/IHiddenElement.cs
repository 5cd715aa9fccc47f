using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>How numbers of a type are read as float32.</summary>
internal unsafe interface IHiddenElement
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    /// <summary>16 numbers from <paramref name="index"/> on.</summary>
    static abstract Vector512<float> Load(byte* row, int index);

    /// <summary>The number at <paramref name="index"/>.</summary>
    static abstract float At(byte* row, int index);
}

/// <summary>float32.</summary>
internal readonly unsafe struct SingleElement : IHiddenElement
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* row, int index) => Vector512.Load((float*)row + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* row, int index) => ((float*)row)[index];
}

/// <summary>bfloat16: the upper half of a float32.</summary>
internal readonly unsafe struct BFloat16Element : IHiddenElement
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* row, int index) =>
        Vector512.ShiftLeft(Vector512.WidenLower(Vector256.Load((ushort*)row + index).ToVector512Unsafe()), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(byte* row, int index) => BFloat16Bits.ToSingle(((ushort*)row)[index]);
}
