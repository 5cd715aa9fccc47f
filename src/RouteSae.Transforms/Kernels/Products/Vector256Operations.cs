using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RouteSae.Kernels.Products;

/// <summary>Vectors of 256 bits: AVX2, whose registers are 16.</summary>
internal readonly unsafe struct Vector256Operations : IVectorOperations<Vector256<float>>
{
    public static int Width => Vector256<float>.Count;

    public static bool ManyRegisters => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBrain(ushort* source) => Vector256.ShiftLeft(Widen(source), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadHalf(ushort* source)
    {
        var bits = Widen(source);
        var magnitude = bits & Vector256.Create(0x7FFFu);
        var finite = Vector256.ShiftLeft(magnitude, 13).AsSingle() * Vector256.Create(HalfBits.ExponentShift);
        var special = Vector256.ShiftLeft(magnitude, 13) | Vector256.Create(HalfBits.SpecialExponent);
        var value = Vector256.ConditionalSelect(Vector256.GreaterThan(magnitude, Vector256.Create(HalfBits.LargestFinite)), special, finite.AsUInt32());
        return (value | Vector256.ShiftLeft(bits & Vector256.Create(0x8000u), 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Vector256<float> value) => value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Widen(ushort* source) => Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe());
}
