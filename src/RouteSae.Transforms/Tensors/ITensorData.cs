using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>The data part of a safetensors file.</summary>
internal interface ITensorData : IDisposable
{
    /// <summary>A tensor of the stored type on the CPU, which the caller owns. Thread-safe.</summary>
    Tensor Load(SafetensorsEntry entry);

    /// <summary>Copies elements from a number on, in row-major order, into a contiguous tensor. Thread-safe.</summary>
    void Copy(SafetensorsEntry entry, long first, Tensor target);
}
