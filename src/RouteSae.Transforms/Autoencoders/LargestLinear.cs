using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Autoencoders;

/// <summary>
/// The K largest of W x + b, as topk(linear(x)) gives them, with gradients that read and write the K chosen rows of W only:
/// dx = Σₖ dzₖ W[jₖ], dW[j] = Σ dz x, db[j] = Σ dz. Plain autograd would multiply two dense [N, M] matrices of zeros instead.
/// </summary>
internal sealed class LargestLinear : autograd.SingleTensorFunction<LargestLinear>
{
    private const int LeastTokensOfChunk = 64;
    private const int NumbersOfChunk = 1 << 24;

    /// <summary>The name of the function in autograd's graph.</summary>
    public override string Name => nameof(LargestLinear);

    /// <param name="x">[N, D].</param>
    /// <param name="weight">W, [M, D].</param>
    /// <param name="bias">b, [M].</param>
    /// <param name="count">K.</param>
    /// <returns>Values [N, K] and indices I64 [N, K].</returns>
    public static (Tensor Values, Tensor Indices) Apply(Tensor x, Tensor weight, Tensor bias, int count)
    {
        if (!is_grad_enabled() || !(x.requires_grad || weight.requires_grad || bias.requires_grad))
            return Select(x, weight, bias, count);
        // The indices leave by the side door: as an output they would get an undefined gradient, whose managed tensor is never freed.
        var selection = new Selection(count);
        var values = apply(x, weight, bias, selection);
        return (values, selection.Indices!);
    }

    /// <summary>Called by autograd.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (x, weight, bias, selection) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Selection)vars[3]);
        var (values, indices) = Select(x, weight, bias, selection.Count);
        selection.Indices = indices;
        ctx.save_for_backward([x, weight, indices]);
        return values;
    }

    /// <summary>Called by autograd.</summary>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var saved = ctx.get_saved_variables();
        var (x, weight, indices) = (saved[0], saved[1], saved[2]);
        var latents = weight.shape[0];
        return
        [
            RowOperators.WeightedSum(weight, indices, grad_output),
            RowOperators.ScatteredSum(x, indices, grad_output, latents),
            zeros(latents, dtype: weight.dtype, device: weight.device).index_add_(0, indices.reshape(-1), grad_output.reshape(-1), 1),
            null!, // the selection is no tensor
        ];
    }

    // Tokens in chunks, so that the dense pre-activations of few of them exist at a time.
    private static (Tensor Values, Tensor Indices) Select(Tensor x, Tensor weight, Tensor bias, int count)
    {
        var (tokens, chunk) = (x.shape[0], Math.Max(LeastTokensOfChunk, NumbersOfChunk / weight.shape[0]));
        if (tokens <= chunk)
            return SelectOnce(x, weight, bias, count);
        using var scope = NewDisposeScope();
        var values = empty([tokens, count], dtype: x.dtype, device: x.device);
        var indices = empty([tokens, count], dtype: ScalarType.Int64, device: x.device);
        for (var first = 0L; first < tokens; first += chunk)
        {
            using var step = NewDisposeScope();
            var rows = Math.Min(chunk, tokens - first);
            var (someValues, someIndices) = SelectOnce(x.narrow(0, first, rows), weight, bias, count);
            values.narrow(0, first, rows).copy_(someValues);
            indices.narrow(0, first, rows).copy_(someIndices);
        }
        return (values.MoveToOuterDisposeScope(), indices.MoveToOuterDisposeScope());
    }

    private static (Tensor Values, Tensor Indices) SelectOnce(Tensor x, Tensor weight, Tensor bias, int count)
    {
        using var all = F.linear(x, weight, bias);
        return all.topk(count, dim: -1, largest: true, sorted: false);
    }

    private sealed class Selection(int count)
    {
        public int Count { get; } = count;

        public Tensor? Indices { get; set; }
    }
}
