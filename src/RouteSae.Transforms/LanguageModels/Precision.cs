namespace RouteSae.LanguageModels;

/// <summary>The floating-point type in which a language model computes.</summary>
public enum Precision
{
    /// <summary>bfloat16 where the processor multiplies it natively (AVX-512 BF16, a CUDA device), else float32.</summary>
    Auto,

    /// <summary>32-bit floats, as the reference implementations compute on a CPU.</summary>
    Float32,

    /// <summary>Brain floats: 8 bits of exponent, 7 of mantissa. About 4e-3 relative error a layer.</summary>
    BFloat16,
}
