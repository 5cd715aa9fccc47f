namespace RouteSae.Autoencoders;

/// <summary>How router and autoencoder compute. All paths select the same latents, ties and near ties apart, and agree in their values up to float32 rounding.</summary>
internal enum ComputePath
{
    /// <summary>The fastest that fits: kernels for float32 parameters on a CPU with wide vectors, screening in bfloat16 where the CPU multiplies it; else TorchSharp operations.</summary>
    Auto,

    /// <summary>Kernels that screen the latents with a bfloat16 product.</summary>
    BFloat16Kernels,

    /// <summary>Kernels that screen the latents with a float32 product.</summary>
    Float32Kernels,

    /// <summary>TorchSharp operations alone: what runs on a GPU and on processors without wide vectors.</summary>
    TorchOperations,
}
