using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels.Torch;

/// <summary>
/// softmax(q kᵀ / √d) v or softmax(c · tanh(q kᵀ / (c √d))) v, all scores at once and the softmax in float32: slower and more
/// accurate than the library's kernel, whose exponential is a fast one. Its numbers are named and disposed: a number that TorchSharp
/// converts on the way belongs to nobody, and the garbage collector may free it while libtorch still reads it.
/// </summary>
internal static class PlainAttention
{
    /// <summary>Query [B, heads, S, d], keys and values [B, key-value heads, P + S, d] → [B, heads, S, d].</summary>
    public static Tensor Apply(Tensor query, Tensor key, Tensor value, AttentionContext context, double? cap)
    {
        using var scope = NewDisposeScope();
        using Scalar root = Math.Sqrt(query.size(3)), bound = cap ?? 1, never = double.NegativeInfinity;
        // The heads that share keys form a dimension of their own.
        var grouped = query.unflatten(1, key.size(1), -1); // [B, key-value heads, sharing, S, d]
        var scores = grouped.matmul(key.unsqueeze(2).transpose(3, 4)) / root;
        if (cap is not null)
            scores = (scores / bound).tanh() * bound; // [B, key-value heads, sharing, S, P + S]
        if (Hidden(context, scores) is { } hidden)
            scores = scores.masked_fill(hidden, never);
        var weights = scores.to_type(ScalarType.Float32).softmax(-1).to_type(query.dtype);
        return weights.matmul(value.unsqueeze(2)).flatten(1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Where a query may not look; null where it may look everywhere.</summary>
    private static Tensor? Hidden(AttentionContext context, Tensor scores) =>
        context.Mask is not null ? context.Mask.logical_not().unsqueeze(2)
        : context.Causal ? ones([scores.size(-2), scores.size(-1)], ScalarType.Bool, scores.device).triu(1)
        : null;
}
