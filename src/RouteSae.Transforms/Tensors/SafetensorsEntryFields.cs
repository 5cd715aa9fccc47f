using static RouteSae.Tensors.SafetensorsFormatException;

namespace RouteSae.Tensors;

/// <summary>What a header says of one tensor, as it is read; null is missing.</summary>
internal sealed class SafetensorsEntryFields
{
    public string? Type { get; set; }

    public IReadOnlyList<long>? Shape { get; set; }

    public IReadOnlyList<long>? Offsets { get; set; }

    /// <summary>The entry that the fields make up.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="dataStart">Where the tensors' data begins in the file, in bytes.</param>
    /// <param name="location">The file, for messages.</param>
    /// <exception cref="SafetensorsFormatException">A field is missing, or the fields contradict each other.</exception>
    public SafetensorsEntry ToEntry(string name, long dataStart, string location)
    {
        if (Type is null || Shape is null || Offsets is null)
        {
            throw Fault($"has no {(Type is null ? "dtype" : Shape is null ? "shape" : "data_offsets")}");
        }

        if (!ElementType.TryFind(Type, out var type))
        {
            throw Fault($"has the dtype {Quote(Type)}, which is not supported (supported: {ElementType.Names})");
        }

        if (Offsets is not [var begin, var end] || begin > end || end > long.MaxValue - dataStart)
        {
            throw Fault($"has the data_offsets [{string.Join(", ", Offsets)}], which are not a begin and an end");
        }

        var description = $"{Type} [{string.Join(", ", Shape)}]";
        if (!SafetensorsLayout.TryCountBytes(Shape, type.Size, out var length))
        {
            throw Fault($"is impossibly large: {description}");
        }

        return length == end - begin
            ? new SafetensorsEntry(name, type.Type, Shape, dataStart + begin, length)
            : throw Fault($"has {end - begin} bytes of data, but {description} needs {length}");

        SafetensorsFormatException Fault(string problem) => In(location, $"tensor {Quote(name)} {problem}");
    }
}
