using static TorchSharp.torch;

namespace RouteSae.Kernels;

/// <summary>Memory for kernels: on the CPU and of a stated type, whatever torch's defaults are, and no tensors of inference mode.</summary>
internal static class KernelTensors
{
    /// <summary>Undefined contents. The caller owns the tensor.</summary>
    public static Tensor Empty(ScalarType type, params long[] shape)
    {
        using var normal = inference_mode(false);
        return empty(shape, type, CPU);
    }

    /// <summary>Filled with zeros. The caller owns the tensor.</summary>
    public static Tensor Zeros(ScalarType type, params long[] shape)
    {
        using var normal = inference_mode(false);
        return zeros(shape, type, CPU);
    }

    /// <summary>Float32 with undefined contents. The caller owns the tensor.</summary>
    public static Tensor Floats(params long[] shape) => Empty(ScalarType.Float32, shape);
}
