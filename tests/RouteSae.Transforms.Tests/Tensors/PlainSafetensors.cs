using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace RouteSae.Tests.Tensors;

/// <summary>The format in its plainest form, to compare with: bytes in, bytes out, without any check.</summary>
internal static class PlainSafetensors
{
    /// <summary>A file with this header and this data, which need not fit together.</summary>
    public static byte[] Create(string json, params byte[] data) => Create(Encoding.UTF8.GetBytes(json), data);

    public static byte[] Create(byte[] json, params byte[] data)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, json.Length);
        return [.. prefix, .. json, .. data];
    }

    /// <summary>Type, shape and bytes of each tensor.</summary>
    public static Dictionary<string, PlainTensor> Read(byte[] file)
    {
        var dataStart = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, dataStart - 8));
        return header.RootElement.EnumerateObject().Where(property => property.Name != "__metadata__").ToDictionary(
            property => property.Name,
            property => ReadTensor(file, dataStart, property.Value));
    }

    private static PlainTensor ReadTensor(byte[] file, int dataStart, JsonElement description)
    {
        var offsets = description.GetProperty("data_offsets");
        return new PlainTensor(
            description.GetProperty("dtype").GetString()!,
            [.. description.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())],
            file[(dataStart + offsets[0].GetInt32())..(dataStart + offsets[1].GetInt32())]);
    }
}

internal sealed record PlainTensor(string Type, long[] Shape, byte[] Bytes);
