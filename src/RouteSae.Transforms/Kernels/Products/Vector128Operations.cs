using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.Kernels.Products;

/// <summary>Vectors of 128 bits: ARM with 32 registers, and old processors with 16.</summary>
internal readonly unsafe struct Vector128Operations : IVectorOperations<Vector128<float>>
{
    public static int Width => Vector128<float>.Count;

    public static bool ManyRegisters => System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Create(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBrain(ushort* source) => Vector128.ShiftLeft(Widen(source), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadHalf(ushort* source)
    {
        var bits = Widen(source);
        var magnitude = bits & Vector128.Create(0x7FFFu);
        var finite = Vector128.ShiftLeft(magnitude, 13).AsSingle() * Vector128.Create(HalfBits.ExponentShift);
        var special = Vector128.ShiftLeft(magnitude, 13) | Vector128.Create(HalfBits.SpecialExponent);
        var value = Vector128.ConditionalSelect(Vector128.GreaterThan(magnitude, Vector128.Create(HalfBits.LargestFinite)), special, finite.AsUInt32());
        return (value | Vector128.ShiftLeft(bits & Vector128.Create(0x8000u), 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector128<float> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Widen(ushort* source) => Vector128.WidenLower(Vector64.Load(source).ToVector128Unsafe());
}
