using RouteSae.Kernels;
using RouteSae.LanguageModels.Torch;
using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>
/// One decoder layer, arranged as <see cref="LayerArrangement"/> says: a norm that is not there changes nothing. Owns its parts.
/// </summary>
internal sealed class DecoderLayer(DecoderConfig config) : IDisposable
{
    public Norm? AttentionNorm { get; init; }

    public required SelfAttention Attention { get; init; }

    public Norm? AttentionOutputNorm { get; init; }

    public Norm? FeedForwardNorm { get; init; }

    public required FeedForward FeedForward { get; init; }

    public Norm? FeedForwardOutputNorm { get; init; }

    public IEnumerable<Tensor> Parameters =>
    [
        .. Of(AttentionNorm), .. Attention.Parameters, .. Of(AttentionOutputNorm),
        .. Of(FeedForwardNorm), .. FeedForward.Parameters, .. Of(FeedForwardOutputNorm),
    ];

    /// <summary>x [B, S, D] → [B, S, D]. With a cache, keys and values of earlier positions come from it.</summary>
    public Tensor Forward(Tensor x, AttentionContext context, LayerCache? cache)
    {
        using var scope = NewDisposeScope();
        var normed = Apply(AttentionNorm, x);
        var attended = Apply(AttentionOutputNorm, Attention.Apply(normed, context, cache));
        if (config.Arrangement is LayerArrangement.Parallel or LayerArrangement.ParallelOneNorm)
        {
            var fed = FeedForward.Apply(FeedForwardNorm is null ? normed : FeedForwardNorm.Apply(x));
            return Add(Add(fed, attended), x).MoveToOuterDisposeScope();
        }

        var hidden = Add(attended, x);
        return Add(Apply(FeedForwardOutputNorm, FeedForward.Apply(Apply(FeedForwardNorm, hidden))), hidden).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Dispose();
    }

    private static Tensor Apply(Norm? norm, Tensor x) => norm is null ? x : norm.Apply(x);

    private static IEnumerable<Tensor> Of(Norm? norm) => norm?.Parameters ?? [];

    /// <summary>Adds to a tensor that nothing else uses: in place, unless autograd watches.</summary>
    private static Tensor Add(Tensor own, Tensor other) => Gradients.AreWanted(own, other) ? own + other : own.add_(other);
}
