using RouteSae.Kernels;
using RouteSae.Kernels.Products;

namespace RouteSae.LanguageModels.Engine;

/// <summary>Rows that are looked up by number: embeddings and learned positions, in the format in which they are stored.</summary>
internal sealed unsafe class WeightTable
{
    private readonly AlignedNumbers<ushort>? _halves;
    private readonly AlignedNumbers<float>? _singles;
    private readonly NumberFormat _stored;

    public WeightTable(int rows, int width, NumberFormat stored)
    {
        (Rows, Width, _stored) = (rows, width, stored);
        if (stored is NumberFormat.BFloat16 or NumberFormat.Float16)
        {
            _halves = new AlignedNumbers<ushort>((long)rows * width);
        }
        else
        {
            _singles = new AlignedNumbers<float>((long)rows * width);
        }
    }

    public int Rows { get; }

    public int Width { get; }

    public void SetRow(int row, ReadOnlySpan<byte> numbers)
    {
        if (_halves is not null)
        {
            StoredNumbers.Halves(numbers).CopyTo(new Span<ushort>(_halves.Data + (long)row * Width, Width));
        }
        else
        {
            StoredNumbers.Widen(numbers, _stored, _singles!.Data + (long)row * Width, 1);
        }
    }

    /// <summary>Writes a row as float32.</summary>
    public void Read(int row, Span<float> target)
    {
        if (_singles is not null)
        {
            new ReadOnlySpan<float>(_singles.Data + (long)row * Width, Width).CopyTo(target);
            return;
        }

        var numbers = _halves!.Data + (long)row * Width;
        for (var i = 0; i < Width; i++)
        {
            target[i] = _stored == NumberFormat.BFloat16 ? BFloat16Bits.ToSingle(numbers[i]) : HalfBits.ToSingle(numbers[i]);
        }
    }
}
