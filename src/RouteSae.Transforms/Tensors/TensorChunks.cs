using static TorchSharp.torch;

namespace RouteSae.Tensors;

/// <summary>The memory of a tensor in pieces: a span ends at 2 GB, a tensor does not.</summary>
internal static class TensorChunks
{
    private const long ChunkBytes = 16 << 20;

    /// <summary>What is done with a piece.</summary>
    /// <param name="bytes">The piece, valid during the call.</param>
    /// <param name="offset">Its position within the tensor, in bytes.</param>
    public delegate void ChunkAction(Span<byte> bytes, long offset);

    /// <summary>Visits the memory of a contiguous tensor on the CPU in order.</summary>
    public static void Visit(Tensor tensor, ChunkAction action)
    {
        var size = tensor.ElementSize;
        using var flat = tensor.view(-1);
        var count = flat.NumberOfElements;
        for (long start = 0, step; start < count; start += step)
        {
            step = Math.Min(count - start, ChunkBytes / size);
            using var chunk = flat.narrow(0, start, step);
            action(chunk.bytes, start * size);
        }
    }

    /// <summary>
    /// Visits the elements of any tensor in row-major order. What is not contiguous or not on the CPU is copied a
    /// piece at a time.
    /// </summary>
    public static void VisitRowMajor(Tensor tensor, Action<ReadOnlySpan<byte>> action)
    {
        if (tensor.is_contiguous() && tensor.device_type == TorchSharp.DeviceType.CPU)
        {
            Visit(tensor, (bytes, _) => action(bytes));
        }
        else if (tensor.NumberOfElements * tensor.ElementSize <= ChunkBytes)
        {
            using var copy = tensor.cpu();
            using var contiguous = copy.contiguous();
            Visit(contiguous, (bytes, _) => action(bytes));
        }
        else
        {
            VisitRows(tensor, action);
        }
    }

    private static void VisitRows(Tensor tensor, Action<ReadOnlySpan<byte>> action)
    {
        var rows = tensor.shape[0];
        var rowBytes = tensor.NumberOfElements / rows * tensor.ElementSize;
        if (rowBytes > ChunkBytes)
        {
            for (long row = 0; row < rows; row++)
            {
                using var single = tensor.select(0, row);
                VisitRowMajor(single, action);
            }

            return;
        }

        for (long row = 0, step; row < rows; row += step)
        {
            step = Math.Min(rows - row, ChunkBytes / rowBytes);
            using var some = tensor.narrow(0, row, step);
            VisitRowMajor(some, action);
        }
    }
}
