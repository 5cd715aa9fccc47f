using System.Runtime.CompilerServices;

namespace RouteSae.Kernels.Products;

/// <summary>Packed numbers of type bfloat16.</summary>
internal readonly unsafe struct BrainPanelNumber : IPanelNumber
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TOperations, TVector>(byte* source)
        where TOperations : IVectorOperations<TVector>
        where TVector : unmanaged => TOperations.LoadBrain((ushort*)source);
}
