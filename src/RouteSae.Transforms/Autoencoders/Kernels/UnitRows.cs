using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using RouteSae.Kernels;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kernels;

/// <summary>Scales rows to length 1; rows of length 0 stay.</summary>
internal static unsafe class UnitRows
{
    private const int RowsOfRange = 64;

    /// <param name="matrix">[M, D], changed in place.</param>
    public static void Normalize(Tensor matrix)
    {
        var (rows, width) = ((int)matrix.shape[0], (int)matrix.shape[1]);
        var data = TensorData.Floats(matrix);
        KernelLoop.For(rows, RowsOfRange, (first, end) =>
        {
            for (var j = first; j < end; j++)
                Normalize(data + (long)j * width, width);
        });
        GC.KeepAlive(matrix);
    }

    /// <summary>The same in TorchSharp operations, for every device and type.</summary>
    /// <param name="matrix">[M, D], changed in place.</param>
    public static void NormalizeByOperations(Tensor matrix)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var lengths = matrix.norm(dim: 1, keepdim: true);
        matrix.div_(lengths.masked_fill_(lengths == 0, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalize(float* row, int width)
    {
        var length = MathF.Sqrt(FloatRows.Dot(row, row, width));
        if (length == 0)
            return;
        var i = 0;
        for (; i + FloatRows.Step <= width; i += FloatRows.Step)
            (Vector512.Load(row + i) / length).Store(row + i);
        for (; i < width; i++)
            row[i] /= length;
    }
}
