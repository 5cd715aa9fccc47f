using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>Named tensors of one safetensors file or of a checkpoint in several. Safe for concurrent use.</summary>
public interface ITensorSource : IDisposable
{
    /// <summary>The file or folder that the tensors come from, for messages.</summary>
    string Location { get; }

    /// <summary>The names of all tensors.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Whether there is a tensor of this name.</summary>
    bool Contains(string name);

    /// <summary>Type and shape of a tensor, without reading it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such tensor; the message names similar ones.</exception>
    SafetensorsEntry Entry(string name);

    /// <summary>
    /// Reads a tensor. The caller owns it; it stays valid after the source is disposed, and changing it in place
    /// changes neither the file nor a tensor that is loaded later from a file.
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="type">The type to convert to; null keeps the stored one.</param>
    /// <param name="device">The device to load to; null is the CPU.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor; the message names similar ones.</exception>
    Tensor Load(string name, ScalarType? type = null, Device? device = null);

    /// <summary>
    /// Copies rows of a tensor into another, converting them to its type. From a file they come a piece at a time, so that no
    /// second copy of the tensor is in memory meanwhile.
    /// </summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="firstRow">Number of the first row to copy, from 0.</param>
    /// <param name="target">As many rows as are wanted, contiguous, of any type and on any device.</param>
    /// <exception cref="KeyNotFoundException">There is no such tensor; the message names similar ones.</exception>
    /// <exception cref="ArgumentException">The tensor does not have these rows, or rows of another shape.</exception>
    void CopyRows(string name, long firstRow, Tensor target);
}
