using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace RouteSae.Tests.Golden;

/// <summary>The tensors of a golden file. Reads safetensors by itself, so that an error of the library's reader cannot hide one of the method.</summary>
internal sealed class GoldenTensors : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = [];

    public GoldenTensors(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        foreach (var entry in header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__"))
            _tensors[entry.Name] = Read(entry.Value, bytes.AsSpan(8 + headerLength));
    }

    public Tensor this[string name] => _tensors[name];

    public IEnumerable<string> NamesUnder(string prefix) => _tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal));

    public Dictionary<string, Tensor> Under(string prefix) =>
        NamesUnder(prefix).ToDictionary(name => name[prefix.Length..], name => _tensors[name]);

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
            tensor.Dispose();
    }

    private static Tensor Read(JsonElement entry, ReadOnlySpan<byte> data)
    {
        var shape = entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var (type, size) = entry.GetProperty("dtype").GetString() switch
        {
            "F32" => (ScalarType.Float32, 4),
            "I64" => (ScalarType.Int64, 8),
            "I32" => (ScalarType.Int32, 4),
            var other => throw new NotSupportedException($"Golden tensors of type {other} are not read here."),
        };
        var start = (int)entry.GetProperty("data_offsets")[0].GetInt64();
        var tensor = empty(shape, dtype: type).DetachFromDisposeScope();
        data.Slice(start, (int)(shape.Aggregate(1L, (product, dimension) => product * dimension) * size)).CopyTo(tensor.bytes);
        return tensor;
    }
}
