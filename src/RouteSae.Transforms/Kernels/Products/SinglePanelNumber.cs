using System.Runtime.CompilerServices;

namespace RouteSae.Kernels.Products;

/// <summary>Packed numbers of type float32.</summary>
internal readonly unsafe struct SinglePanelNumber : IPanelNumber
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TOperations, TVector>(byte* source)
        where TOperations : IVectorOperations<TVector>
        where TVector : unmanaged => TOperations.Load((float*)source);
}
