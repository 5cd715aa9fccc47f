using RouteSae.Storage;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Reads tensors of a checkpoint in the wanted type, and checks their shapes first.</summary>
internal sealed class WeightReader(ITensorSource source, string modelType, ScalarType type, Device device)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>A tensor of exactly this shape. What is stored in the wanted type stays mapped to the file.</summary>
    public Tensor Read(string name, params ReadOnlySpan<long> shape)
    {
        Check(name, shape);
        return source.Load(name, type, device);
    }

    /// <summary>
    /// Tensors one below the other, each with so many rows of the remaining <paramref name="shape"/>. Each goes straight
    /// from the file to its place.
    /// </summary>
    public Tensor Stack(IReadOnlyList<(string Name, long Rows)> parts, params long[] shape)
    {
        foreach (var (name, rows) in parts)
            Check(name, [rows, .. shape]);
        using var scope = NewDisposeScope();
        var stacked = empty([parts.Sum(part => part.Rows), .. shape], type, device);
        long start = 0;
        foreach (var (name, rows) in parts)
        {
            using var stored = source.Load(name);
            stacked.narrow(0, start, rows).copy_(stored);
            start += rows;
        }

        return stacked.MoveToOuterDisposeScope();
    }

    /// <summary>Refuses weights and biases below a prefix that nothing has read: the model would not be the one that was trained.</summary>
    public void RefuseUnread(string prefix)
    {
        foreach (var name in source.Names)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && !_read.Contains(name)
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
        var stored = source.Entry(name).Shape;
        if (!stored.SequenceEqual(shape.ToArray()))
        {
            throw new LanguageModelFormatException(
                $"{source.Location}: tensor '{name}' has shape [{string.Join(", ", stored)}]; the configuration says [{string.Join(", ", shape.ToArray())}].");
        }

        _read.Add(name);
    }
}
