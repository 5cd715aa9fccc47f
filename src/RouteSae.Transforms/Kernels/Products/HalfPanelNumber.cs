using System.Runtime.CompilerServices;

namespace RouteSae.Kernels.Products;

/// <summary>Packed numbers of type float16.</summary>
internal readonly unsafe struct HalfPanelNumber : IPanelNumber
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TOperations, TVector>(byte* source)
        where TOperations : IVectorOperations<TVector>
        where TVector : unmanaged => TOperations.LoadHalf((ushort*)source);
}
