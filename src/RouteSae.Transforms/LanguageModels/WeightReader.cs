using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Reads tensors of a checkpoint in the wanted type, and checks them first. None is in memory twice meanwhile.</summary>
internal sealed class WeightReader(ITensorSource source, string modelType, ScalarType type, Device device)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>A tensor of exactly this shape. What is stored in the wanted type stays mapped to the file.</summary>
    public Tensor Read(string name, params ReadOnlySpan<long> shape)
    {
        Check(name, shape);
        if (source.Entry(name).Type == type && device.type == TorchSharp.DeviceType.CPU)
            return source.Load(name);
        var read = empty(shape, type, device);
        source.CopyRows(name, 0, read);
        return read;
    }

    /// <summary>A norm's weight [D]; with an offset in float32, where small weights keep their digits beside it.</summary>
    public Tensor ReadNorm(string name, long size, double offset)
    {
        if (offset == 0)
            return Read(name, size);
        Check(name, [size]);
        using var stored = source.Load(name, ScalarType.Float32, device);
        return stored + offset;
    }

    /// <summary>
    /// Tensors one below the other, each with so many rows of the remaining <paramref name="shape"/>. Each goes straight
    /// from the file to its place.
    /// </summary>
    public Tensor Stack(IReadOnlyList<(string Name, long Rows)> parts, params long[] shape)
    {
        if (parts is [var only])
            return Read(only.Name, [only.Rows, .. shape]);
        foreach (var (name, rows) in parts)
            Check(name, [rows, .. shape]);
        using var scope = NewDisposeScope();
        var stacked = empty([parts.Sum(part => part.Rows), .. shape], type, device);
        long start = 0;
        foreach (var (name, rows) in parts)
        {
            source.CopyRows(name, 0, stacked.narrow(0, start, rows));
            start += rows;
        }

        return stacked.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A tensor that holds <paramref name="parts"/> things head by head, [heads · parts · size, ...], as [parts · heads · size, ...].
    /// </summary>
    public Tensor Deinterleave(string name, int heads, int parts, int size, params long[] shape)
    {
        long[] whole = [(long)heads * parts * size, .. shape];
        Check(name, whole);
        using var scope = NewDisposeScope();
        var result = empty(whole, type, device);
        for (var head = 0; head < heads; head++)
        {
            for (var part = 0; part < parts; part++)
                source.CopyRows(name, ((long)head * parts + part) * size, result.narrow(0, ((long)part * heads + head) * size, size));
        }

        return result.MoveToOuterDisposeScope();
    }

    /// <summary>Refuses weights and biases below a prefix that nothing has read: the model would not be the one that was trained.</summary>
    /// <param name="prefix">Where to look.</param>
    /// <param name="constants">Names behind the prefix that are no weights.</param>
    public void RefuseUnread(string prefix, IReadOnlyList<string> constants)
    {
        foreach (var name in source.Names)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && !_read.Contains(name) && !constants.Contains(name[prefix.Length..])
                && (name.EndsWith(".weight", StringComparison.Ordinal) || name.EndsWith(".bias", StringComparison.Ordinal)))
            {
                throw new LanguageModelFormatException(
                    $"{source.Location} has a tensor '{name}', which the configuration of this {modelType} model does not call for; without it the results would be wrong.");
            }
        }
    }

    private void Check(string name, ReadOnlySpan<long> shape)
    {
        if (!source.Contains(name))
            throw new LanguageModelFormatException($"{source.Location} has no tensor '{name}', which the configuration of this {modelType} model calls for.");
        var stored = source.Entry(name);
        if (!stored.Shape.SequenceEqual(shape.ToArray()))
        {
            throw new LanguageModelFormatException(
                $"{source.Location}: tensor '{name}' has shape [{string.Join(", ", stored.Shape)}]; the configuration says [{string.Join(", ", shape.ToArray())}].");
        }

        if (stored.Type is not (ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
        {
            throw new LanguageModelFormatException(
                $"{source.Location}: tensor '{name}' holds {stored.Type} numbers, but weights are floating-point. Quantised checkpoints are not read: use the one that it was made from.");
        }

        _read.Add(name);
    }
}
