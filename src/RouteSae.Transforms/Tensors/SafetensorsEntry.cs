using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>What a safetensors header says of one tensor.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="Offset">Its first byte, counted from the beginning of the file.</param>
/// <param name="Length">Its size in bytes: the product of the dimensions times the size of an element.</param>
public sealed record SafetensorsEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Offset, long Length);
