using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch.Fused;

/// <summary>
/// Rotary embedding and causal attention with as many key-value heads as query heads, forward and backward: batched
/// bfloat16 products with the element-wise parts (split, rotate, causal softmax and its gradient) in one pass each.
/// </summary>
internal sealed class AttentionFunction : autograd.SingleTensorFunction<AttentionFunction>
{
    public override string Name => nameof(AttentionFunction);

    /// <summary>Whether projections [B, S, 3 · H · d] and the weights [B · H, S, S] suit the kernels.</summary>
    public static bool Fits(Tensor projected, int heads, int headSize)
    {
        long batch = projected.size(0), length = projected.size(1);
        return projected.dtype == ScalarType.BFloat16 && length % TensorRows.Step == 0 && TensorRows.Fit(projected, headSize / 2)
            && BFloat16Rows.FitsSpan(batch * heads * length * length);
    }

    /// <summary>Projected [B, S, 3 · H · d] contiguous, cosine [S, d], sine [S, d], H → [B, S, H · d].</summary>
    public override Tensor forward(autograd.AutogradContext context, params object[] inputs)
    {
        Tensor projected = (Tensor)inputs[0], cosine = (Tensor)inputs[1], sine = (Tensor)inputs[2];
        var shape = new AttentionShape(projected, (int)inputs[3]);
        using var scope = NewDisposeScope();
        var parts = RotarySplit.Forward(projected, cosine, sine, shape); // [3, B · H, S, d], queries scaled
        Tensor query = parts[0], key = parts[1], value = parts[2];
        var weights = query.bmm(key.transpose(1, 2)); // [B · H, S, S]
        CausalSoftmax.Forward(weights);
        var result = Merge(weights.bmm(value), shape);
        // The graph holds what is saved; these handles go with the caller's scope.
        context.save_for_backward([parts.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope(), cosine, sine]);
        context.save_data(nameof(AttentionShape), shape);
        return result.MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = context.get_saved_variables();
        var shape = (AttentionShape)context.get_data(nameof(AttentionShape));
        Tensor query = saved[0][0], key = saved[0][1], value = saved[0][2], weights = saved[1];
        var above = gradient.reshape(shape.Batch, shape.Length, shape.Heads, shape.Size).transpose(1, 2)
            .reshape(shape.Batch * shape.Heads, shape.Length, shape.Size);
        var gradients = empty_like(saved[0]);
        gradients[2].copy_(weights.transpose(1, 2).bmm(above));
        var scores = above.bmm(value.transpose(1, 2));
        CausalSoftmax.Backward(weights, scores);
        gradients[0].copy_(scores.bmm(key));
        gradients[1].copy_(scores.transpose(1, 2).bmm(query));
        var result = RotarySplit.Backward(gradients, saved[2], saved[3], shape);
        return [result.MoveToOuterDisposeScope(), null!, null!, null!];
    }

    private static Tensor Merge(Tensor heads, AttentionShape shape) =>
        heads.view(shape.Batch, shape.Heads, shape.Length, shape.Size).transpose(1, 2)
            .reshape(shape.Batch, shape.Length, shape.Heads * shape.Size);
}
