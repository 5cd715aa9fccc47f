using System.Runtime.InteropServices;
using FluentAssertions;
using RouteSae.Kernels;
using RouteSae.Kernels.Products;
using Xunit;

namespace RouteSae.Tests.Kernels;

/// <summary>Products of every width of vectors against fused multiply-adds in ascending order, bit by bit.</summary>
public sealed unsafe class MatrixProductTests
{
    public static TheoryData<int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int>();
            foreach (var width in Enum.GetValues<VectorWidth>())
            {
                foreach (var format in Enum.GetValues<NumberFormat>())
                {
                    cases.Add((int)width, (int)format);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_output_is_one_ascending_chain_of_fused_multiply_adds(int width, int format)
    {
        foreach (var (rows, inputs, outputs) in new[] { (1, 1, 1), (2, 5, 31), (12, 300, 33), (23, 513, 64), (100, 40, 70), (31, 256, 96) })
        {
            var random = new Random(rows);
            var matrix = new PackedMatrix(outputs, inputs, (NumberFormat)format);
            var weights = new float[outputs, inputs];
            for (var output = 0; output < outputs; output++)
            {
                var stored = Stored((NumberFormat)format, inputs, random);
                matrix.SetRow(output, stored, (NumberFormat)format);
                fixed (float* row = &weights[output, 0])
                {
                    StoredNumbers.Widen(stored, (NumberFormat)format, row, 1);
                }
            }

            Check((VectorWidth)width, matrix, weights, rows, random);
        }
    }

    [Fact]
    public void Columns_are_packed_as_rows_are()
    {
        var random = new Random(1);
        const int inputs = 37, outputs = 45;
        PackedMatrix byRow = new(outputs, inputs, NumberFormat.Float16), byColumn = new(outputs, inputs, NumberFormat.Float16);
        var numbers = new ushort[outputs, inputs];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i / inputs, i % inputs] = (ushort)random.Next(1 << 16);
        }

        for (var output = 0; output < outputs; output++)
        {
            byRow.SetRow(output, MemoryMarshal.AsBytes(Enumerable.Range(0, inputs).Select(input => numbers[output, input]).ToArray().AsSpan()), NumberFormat.Float16);
        }

        for (var input = 0; input < inputs; input++)
        {
            var column = Enumerable.Range(0, outputs).Select(output => numbers[outputs - 1 - output, input]).ToArray();
            byColumn.SetColumn(input, MemoryMarshal.AsBytes(column.AsSpan()), NumberFormat.Float16, place => outputs - 1 - place);
        }

        var size = (int)byRow.PanelBytes * byRow.Panels;
        new Span<byte>(byColumn.Data, size).SequenceEqual(new Span<byte>(byRow.Data, size)).Should().BeTrue();
    }

    [Fact]
    public void Infinity_and_NaN_in_a_row_stay_in_it_and_leave_zeros_behind_the_last_output()
    {
        const int inputs = 20, outputs = 40;
        var matrix = new PackedMatrix(outputs, inputs, NumberFormat.Float32);
        for (var output = 0; output < outputs; output++)
        {
            matrix.SetRow(output, MemoryMarshal.AsBytes(Enumerable.Repeat(1f, inputs).ToArray().AsSpan()), NumberFormat.Float32);
        }

        AlignedNumbers<float> x = new(3 * inputs), y = new(3 * 64);
        x.Span.Fill(1);
        (x.Span[3], x.Span[2 * inputs]) = (float.PositiveInfinity, float.NaN);

        new MatrixProduct(ProcessorVectors.Widest).Run(x.Data, inputs, 3, matrix, y.Data, 64, threads: 1);

        y.Span[..outputs].ToArray().Should().OnlyContain(value => float.IsPositiveInfinity(value));
        y.Span.Slice(64, outputs).ToArray().Should().OnlyContain(value => value == inputs);
        y.Span.Slice(128, outputs).ToArray().Should().OnlyContain(value => float.IsNaN(value));
        for (var row = 0; row < 3; row++)
        {
            y.Span.Slice(row * 64 + outputs, 64 - outputs).ToArray().Should().OnlyContain(value => value == 0);
        }
    }

    [Fact]
    public void Every_float16_widens_as_the_runtime_does_it()
    {
        var numbers = new AlignedNumbers<ushort>(1 << 16);
        var widened = new AlignedNumbers<float>(16);
        for (var bits = 0; bits < 1 << 16; bits++)
        {
            numbers.Data[bits] = (ushort)bits;
        }

        for (var bits = 0; bits < 1 << 16; bits += 16)
        {
            Vector512Operations.Store(widened.Data, Vector512Operations.LoadHalf(numbers.Data + bits));
            for (var i = 0; i < 16; i++)
            {
                var expected = (float)BitConverter.UInt16BitsToHalf((ushort)(bits + i));
                Same(widened.Data[i], expected).Should().BeTrue("of {0:X4}", bits + i);
                Same(HalfBits.ToSingle((ushort)(bits + i)), expected).Should().BeTrue("of {0:X4}", bits + i);
            }
        }
    }

    private static void Check(VectorWidth width, PackedMatrix matrix, float[,] weights, int rows, Random random)
    {
        int stride = matrix.Inputs + 3, yStride = matrix.Panels * PackedMatrix.PanelWidth;
        AlignedNumbers<float> x = new((long)rows * stride), y = new((long)rows * yStride);
        foreach (ref var number in x.Span)
        {
            number = (float)(random.NextDouble() - 0.5);
        }

        foreach (var threads in new[] { 1, 3 })
        {
            y.Span.Fill(float.NaN);
            new MatrixProduct(width).Run(x.Data, stride, rows, matrix, y.Data, yStride, threads);
            for (var row = 0; row < rows; row++)
            {
                for (var output = 0; output < yStride; output++)
                {
                    var expected = 0f;
                    for (var k = 0; k < matrix.Inputs && output < matrix.Outputs; k++)
                    {
                        expected = MathF.FusedMultiplyAdd(x.Data[row * stride + k], weights[output, k], expected);
                    }

                    if (!Same(y.Data[row * yStride + output], expected))
                    {
                        Assert.Fail($"{width}, {matrix.Format}, {rows} rows: output {output} of row {row} is {y.Data[row * yStride + output]:R}, not {expected:R}.");
                    }
                }
            }
        }
    }

    private static bool Same(float a, float b) => float.IsNaN(a) ? float.IsNaN(b) : BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b);

    private static byte[] Stored(NumberFormat format, int count, Random random)
    {
        var numbers = Enumerable.Range(0, count).Select(_ => random.NextDouble() - 0.5).ToArray();
        return format switch
        {
            NumberFormat.Float64 => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray(),
            NumberFormat.Float32 => MemoryMarshal.AsBytes(Array.ConvertAll(numbers, number => (float)number).AsSpan()).ToArray(),
            NumberFormat.BFloat16 => MemoryMarshal.AsBytes(Array.ConvertAll(numbers, number => BFloat16Bits.Nearest((float)number)).AsSpan()).ToArray(),
            _ => MemoryMarshal.AsBytes(Array.ConvertAll(numbers, number => BitConverter.HalfToUInt16Bits((Half)number)).AsSpan()).ToArray(),
        };
    }
}
