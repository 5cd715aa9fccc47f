namespace RouteSae.Kernels.Products;

/// <summary>How a weight is stored.</summary>
internal enum NumberFormat
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>The upper 16 bits of a float32.</summary>
    BFloat16,

    /// <summary>IEEE's 16 bits.</summary>
    Float16,

    /// <summary>64 bits; rounded to float32 when it is read.</summary>
    Float64,
}
