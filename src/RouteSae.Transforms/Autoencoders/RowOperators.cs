using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// Products with a few rows of a matrix, by torch's embedding-bag operators. TorchSharp has no functional form of them;
/// TorchScript reaches them, together with their gradients.
/// </summary>
internal static class RowOperators
{
    private static readonly Lazy<jit.CompilationUnit> Script = new(() => jit.compile(
        """
        def weighted_sum(rows: Tensor, indices: Tensor, offsets: Tensor, values: Tensor):
            return torch.embedding_bag(rows, indices, offsets, False, 0, False, values)[0]

        def scattered_sum(rows: Tensor, indices: Tensor, bags: Tensor, unused: Tensor, count: int, values: Tensor):
            return torch._embedding_bag_dense_backward(rows, indices, bags, unused, unused, count, False, 0, values)

        """));

    /// <summary>Row n of the result is Σₖ valuesₙₖ · rows[indicesₙₖ]. Differentiable towards rows and values.</summary>
    /// <param name="rows">[M, D].</param>
    /// <param name="indices">I64 [N, K].</param>
    /// <param name="values">[N, K].</param>
    /// <returns>[N, D].</returns>
    public static Tensor WeightedSum(Tensor rows, Tensor indices, Tensor values)
    {
        using var scope = NewDisposeScope();
        var (tokens, slots) = (indices.shape[0], indices.shape[1]);
        var offsets = arange(0, tokens * slots, slots, ScalarType.Int64, rows.device);
        var sum = (Tensor)Script.Value.invoke("weighted_sum", rows, indices.reshape(-1), offsets, values.reshape(-1));
        return sum.MoveToOuterDisposeScope();
    }

    /// <summary>Row m of the result is Σ valuesₙₖ · rowsₙ over all n, k with indicesₙₖ = m. Not differentiable.</summary>
    /// <param name="rows">[N, D].</param>
    /// <param name="indices">I64 [N, K].</param>
    /// <param name="values">[N, K].</param>
    /// <param name="count">M.</param>
    /// <returns>[M, D].</returns>
    public static Tensor ScatteredSum(Tensor rows, Tensor indices, Tensor values, long count)
    {
        using var scope = NewDisposeScope();
        var (tokens, slots) = (indices.shape[0], indices.shape[1]);
        var bags = arange(tokens, ScalarType.Int64, rows.device).unsqueeze(1).expand(tokens, slots).reshape(-1);
        var unused = empty(0, ScalarType.Int64, rows.device);
        var sum = (Tensor)Script.Value.invoke(
            "scattered_sum", rows.contiguous(), indices.reshape(-1), bags, unused, count, values.reshape(-1));
        return sum.MoveToOuterDisposeScope();
    }
}
