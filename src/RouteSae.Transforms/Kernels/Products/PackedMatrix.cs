namespace RouteSae.Kernels.Products;

/// <summary>
/// A weight W [outputs, inputs] for products x · Wᵀ, in panels of 32 outputs: [outputs / 32, inputs, 32], the last one filled up with
/// zeros. Numbers of 16 bits stay so. Immutable once it is filled; shared by all threads.
/// </summary>
internal sealed unsafe class PackedMatrix
{
    /// <summary>Outputs of a panel.</summary>
    public const int PanelWidth = 32;

    private readonly AlignedNumbers<ushort>? _halves;
    private readonly AlignedNumbers<float>? _singles;

    public PackedMatrix(int outputs, int inputs, NumberFormat format)
    {
        (Outputs, Inputs) = (outputs, inputs);
        Format = format == NumberFormat.Float64 ? NumberFormat.Float32 : format;
        var count = (long)Panels * PanelWidth * inputs;
        if (Format == NumberFormat.Float32)
        {
            Data = (byte*)(_singles = new AlignedNumbers<float>(count)).Data;
        }
        else
        {
            Data = (byte*)(_halves = new AlignedNumbers<ushort>(count)).Data;
        }
    }

    public int Outputs { get; }

    public int Inputs { get; }

    public NumberFormat Format { get; }

    public byte* Data { get; }

    public int Panels => (Outputs + PanelWidth - 1) / PanelWidth;

    public int NumberSize => Format == NumberFormat.Float32 ? sizeof(float) : sizeof(ushort);

    public long PanelBytes => (long)Inputs * PanelWidth * NumberSize;

    /// <summary>Writes one output's weights from row-major numbers of the stored format, with a step between them.</summary>
    public void SetRow(int output, ReadOnlySpan<byte> numbers, NumberFormat stored)
    {
        var place = (long)(output / PanelWidth) * Inputs * PanelWidth + output % PanelWidth;
        if (_halves is not null)
        {
            Scatter(StoredNumbers.Halves(numbers), _halves.Data + place);
        }
        else
        {
            StoredNumbers.Widen(numbers, stored, _singles!.Data + place, PanelWidth);
        }
    }

    /// <summary>Writes one input's weights of several outputs: a row of a matrix that is stored [inputs, outputs].</summary>
    public void SetColumn(int input, ReadOnlySpan<byte> numbers, NumberFormat stored, Func<int, int> place)
    {
        var size = StoredNumbers.SizeOf(stored);
        for (var i = 0; i < numbers.Length / size; i++)
        {
            var output = place(i);
            var target = ((long)(output / PanelWidth) * Inputs + input) * PanelWidth + output % PanelWidth;
            var number = numbers.Slice(i * size, size);
            if (_halves is not null)
            {
                _halves.Data[target] = StoredNumbers.Halves(number)[0];
            }
            else
            {
                StoredNumbers.Widen(number, stored, _singles!.Data + target, 1);
            }
        }
    }

    private static void Scatter(ReadOnlySpan<ushort> numbers, ushort* target)
    {
        foreach (var number in numbers)
        {
            *target = number;
            target += PanelWidth;
        }
    }
}
