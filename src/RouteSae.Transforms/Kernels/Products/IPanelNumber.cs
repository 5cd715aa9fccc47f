namespace RouteSae.Kernels.Products;

/// <summary>How the numbers of a packed matrix are stored. Products compute in float32, whatever it is.</summary>
internal unsafe interface IPanelNumber
{
    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    /// <summary>Reads a vector of numbers.</summary>
    static abstract TVector Load<TOperations, TVector>(byte* source)
        where TOperations : IVectorOperations<TVector>
        where TVector : unmanaged;
}
