using RouteSae.Kernels.Functions;
using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>Reads and packs the weights of a checkpoint, some rows at a time, and checks them first.</summary>
internal sealed unsafe class EngineWeightReader(IWeightSource source, string modelType)
{
    private const int PieceBytes = 4 << 20;

    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>What is done with a row.</summary>
    public delegate void RowAction(int row, ReadOnlySpan<byte> numbers);

    /// <summary>The format of a tensor that must have this shape.</summary>
    public NumberFormat Check(string name, params ReadOnlySpan<long> shape)
    {
        if (!source.Contains(name))
        {
            throw new LanguageModelFormatException($"{source.Location} has no tensor '{name}', which the configuration of this {modelType} model calls for.");
        }

        var stored = source.Describe(name);
        if (!stored.Shape.SequenceEqual(shape.ToArray()))
        {
            throw new LanguageModelFormatException(
                $"{source.Location}: tensor '{name}' has shape [{string.Join(", ", stored.Shape)}]; the configuration says [{string.Join(", ", shape.ToArray())}].");
        }

        _read.Add(name);
        return stored.Format ?? throw new LanguageModelFormatException(
            $"{source.Location}: tensor '{name}' holds {stored.TypeName} numbers, but weights are floating-point. Quantised checkpoints are not read: use the one that it was made from.");
    }

    /// <summary>Visits the rows of a tensor [rows, width].</summary>
    public void Rows(string name, int rows, int width, RowAction action)
    {
        var rowBytes = width * StoredNumbers.SizeOf(Check(name, rows, width));
        var buffer = new byte[(long)Math.Clamp(PieceBytes / rowBytes, 1, rows) * rowBytes];
        for (int first = 0, step; first < rows; first += step)
        {
            step = Math.Min(buffer.Length / rowBytes, rows - first);
            source.Read(name, first, step, buffer.AsSpan(0, step * rowBytes));
            for (var row = 0; row < step; row++)
            {
                action(first + row, buffer.AsSpan(row * rowBytes, rowBytes));
            }
        }
    }

    /// <summary>A table [rows, width].</summary>
    public WeightTable Table(string name, int rows, int width)
    {
        var table = new WeightTable(rows, width, Check(name, rows, width));
        Rows(name, rows, width, table.SetRow);
        return table;
    }

    /// <summary>Numbers [count] as float32, filled up with zeros to a multiple of 16.</summary>
    public AlignedNumbers<float> Vector(string name, int count, double offset = 0)
    {
        var vector = new AlignedNumbers<float>((count + OrderedSum.Parts - 1) / OrderedSum.Parts * OrderedSum.Parts);
        ReadInto(name, count, vector, 0);
        if (offset != 0)
        {
            foreach (ref var number in vector.Span[..count])
            {
                number += (float)offset;
            }
        }

        return vector;
    }

    /// <summary>Numbers [count] at a place of a longer vector.</summary>
    public void ReadInto(string name, int count, AlignedNumbers<float> target, int place)
    {
        var format = Check(name, count);
        var bytes = new byte[count * StoredNumbers.SizeOf(format)];
        source.Read(name, 0, count, bytes);
        StoredNumbers.Widen(bytes, format, target.Data + place, 1);
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
}
