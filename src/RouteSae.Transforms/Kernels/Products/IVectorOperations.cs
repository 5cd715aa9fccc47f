namespace RouteSae.Kernels.Products;

/// <summary>What the product needs of a vector of float32 numbers, whatever its width. Each operation is exact or rounded once.</summary>
/// <typeparam name="TVector">The vector.</typeparam>
internal unsafe interface IVectorOperations<TVector>
    where TVector : unmanaged
{
    /// <summary>Numbers in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>Whether 27 vectors fit into the registers, and not only 15.</summary>
    static abstract bool ManyRegisters { get; }

    static abstract TVector Create(float value);

    static abstract TVector Load(float* source);

    /// <summary>Widens bfloat16 numbers.</summary>
    static abstract TVector LoadBrain(ushort* source);

    /// <summary>Widens float16 numbers.</summary>
    static abstract TVector LoadHalf(ushort* source);

    static abstract void Store(float* target, TVector value);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);
}
