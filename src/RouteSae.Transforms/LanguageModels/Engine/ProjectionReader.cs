using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>
/// Packs the matrices of a layer, whichever way they are stored. A plan says for each stored row, or column where matrices are stored
/// [inputs, outputs], at which output of the packed matrix it stands.
/// </summary>
internal sealed class ProjectionReader(EngineWeightReader reader, bool transposed)
{
    /// <summary>Reads tensors one below the other.</summary>
    /// <param name="prefix">Prefix of the layer.</param>
    /// <param name="parts">Name, stored rows, and the output at which each stored row stands.</param>
    /// <param name="outputs">Outputs of the packed matrix.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="bias">Whether there are biases.</param>
    public EngineProjection Read(string prefix, IReadOnlyList<(string Name, int Rows, Func<int, int> Place)> parts, int outputs, int inputs, bool bias)
    {
        var matrix = new PackedMatrix(outputs, inputs, Format([.. parts.Select(part => reader.Check($"{prefix}{part.Name}.weight", Shape(part.Rows, inputs)))]));
        foreach (var (name, rows, place) in parts)
        {
            Fill(matrix, $"{prefix}{name}.weight", rows, inputs, place);
        }

        return new EngineProjection(matrix, bias ? Biases(prefix, parts, matrix) : null);
    }

    /// <summary>Parts of different formats become float32.</summary>
    private static NumberFormat Format(NumberFormat[] formats) => formats.Distinct().Count() == 1 ? formats[0] : NumberFormat.Float32;

    private long[] Shape(int rows, int inputs) => transposed ? [inputs, rows] : [rows, inputs];

    private void Fill(PackedMatrix matrix, string name, int rows, int inputs, Func<int, int> place)
    {
        var format = reader.Check(name, Shape(rows, inputs));
        if (transposed)
        {
            reader.Rows(name, inputs, rows, (input, numbers) => matrix.SetColumn(input, numbers, format, place));
        }
        else
        {
            reader.Rows(name, rows, inputs, (row, numbers) => matrix.SetRow(place(row), numbers, format));
        }
    }

    private AlignedNumbers<float> Biases(string prefix, IReadOnlyList<(string Name, int Rows, Func<int, int> Place)> parts, PackedMatrix matrix)
    {
        var biases = new AlignedNumbers<float>(matrix.Panels * PackedMatrix.PanelWidth);
        foreach (var (name, rows, place) in parts)
        {
            var stored = reader.Vector($"{prefix}{name}.bias", rows).Span;
            for (var row = 0; row < rows; row++)
            {
                biases.Span[place(row)] = stored[row];
            }
        }

        return biases;
    }
}
