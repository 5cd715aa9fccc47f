using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>Σₖ valuesₙₖ · rows[indicesₙₖ]: a sparse product that reads the chosen rows only, with gradients towards rows and values.</summary>
internal static class WeightedRowSum
{
    // TorchSharp has no functional embedding_bag; TorchScript reaches the operator together with its autograd formula.
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile(
        """
        def weighted_row_sum(rows: Tensor, indices: Tensor, offsets: Tensor, values: Tensor):
            return torch.embedding_bag(rows, indices, offsets, False, 0, False, values)[0]

        """));

    /// <param name="rows">[M, D].</param>
    /// <param name="indices">I64 [N, K].</param>
    /// <param name="values">[N, K].</param>
    /// <returns>[N, D].</returns>
    public static Tensor Apply(Tensor rows, Tensor indices, Tensor values)
    {
        using var scope = NewDisposeScope();
        var (tokens, slots) = (indices.shape[0], indices.shape[1]);
        var offsets = arange(0, tokens * slots, slots, ScalarType.Int64, rows.device);
        var sum = (Tensor)Script.Value.invoke("weighted_row_sum", rows, indices.reshape(-1), offsets, values.reshape(-1));
        return sum.MoveToOuterDisposeScope();
    }
}
