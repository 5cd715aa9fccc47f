using System.Text.Json;
using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>Checks and orders tensors for a safetensors file, and writes their header.</summary>
internal sealed class SafetensorsHeaderWriter
{
    private const int Alignment = 8;

    private readonly IReadOnlyDictionary<string, string>? _metadata;

    public SafetensorsHeaderWriter(IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        _metadata = metadata;
        var names = new HashSet<string>(StringComparer.Ordinal);
        Tensors =
        [
            .. tensors.OrderByDescending(pair => Check(pair, names).Size).ThenBy(pair => pair.Key, StringComparer.Ordinal),
        ];
    }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<KeyValuePair<string, Tensor>> Tensors { get; }

    /// <summary>The JSON, padded with spaces to a multiple of 8 bytes.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteMetadata(writer);
            WriteTensors(writer);
            writer.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.Length <= SafetensorsHeader.MaximumJsonLength
            ? buffer.ToArray()
            : throw new ArgumentException($"Names and metadata need {buffer.Length} bytes; a safetensors header has at most {SafetensorsHeader.MaximumJsonLength}.");
    }

    private void WriteMetadata(Utf8JsonWriter writer)
    {
        if (_metadata is null)
        {
            return;
        }

        writer.WriteStartObject(SafetensorsHeaderParser.MetadataName);
        foreach (var (key, value) in _metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
    }

    private void WriteTensors(Utf8JsonWriter writer)
    {
        long offset = 0;
        foreach (var (name, tensor) in Tensors)
        {
            _ = ElementType.TryFind(tensor.dtype, out var type);
            writer.WriteStartObject(name);
            writer.WriteString("dtype", type!.Name);
            WriteNumbers(writer, "shape", tensor.shape);
            WriteNumbers(writer, "data_offsets", offset, offset += tensor.NumberOfElements * type.Size);
            writer.WriteEndObject();
        }
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, params ReadOnlySpan<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }

    private static ElementType Check(KeyValuePair<string, Tensor> pair, HashSet<string> names)
    {
        var (name, tensor) = pair;
        if (name is null or SafetensorsHeaderParser.MetadataName)
        {
            throw new ArgumentException($"A tensor cannot be called '{name}'.", nameof(pair));
        }

        if (!names.Add(name))
        {
            throw new ArgumentException($"The tensor '{name}' is there twice.", nameof(pair));
        }

        if (tensor is null || tensor.IsInvalid)
        {
            throw new ArgumentException($"The tensor '{name}' is {(tensor is null ? "null" : "disposed")}.", nameof(pair));
        }

        if (tensor.is_sparse)
        {
            throw new ArgumentException($"The tensor '{name}' is sparse; call to_dense() first.", nameof(pair));
        }

        return ElementType.TryFind(tensor.dtype, out var type)
            ? type
            : throw new ArgumentException($"The tensor '{name}' is of type {tensor.dtype}, which safetensors files here cannot hold (supported: {ElementType.Names}).", nameof(pair));
    }
}
