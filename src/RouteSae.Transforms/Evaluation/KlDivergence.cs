using RouteSae.Autoencoders.Statistics;
using RouteSae.Native;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Evaluation;

/// <summary>
/// KL(original ‖ replaced) = Σᵥ pᵥ (ln pᵥ − ln qᵥ), in nats: how far the next-token distribution q of a changed language model is
/// from the original's p. 0 when nothing has changed.
/// </summary>
public sealed class KlDivergence
{
    /// <summary>The sum over all tokens seen.</summary>
    public double Sum { get; private set; }

    /// <summary>The number of tokens seen, masked ones not counted.</summary>
    public long Tokens { get; private set; }

    /// <summary>The number of sequences seen, whatever their masks.</summary>
    public long Sequences { get; private set; }

    /// <summary>The mean over tokens; NaN before the first one.</summary>
    public double PerToken => Sum / Tokens;

    /// <summary>The sum divided by the number of sequences: torch's reduction "batchmean" of [B, S, V], which the paper reports. Grows with the length of the sequences.</summary>
    public double PerSequence => Sum / Sequences;

    /// <summary>Takes note of a batch.</summary>
    /// <param name="original">Logits of the unchanged model, [B, S, V].</param>
    /// <param name="replaced">Logits of the changed one, [B, S, V].</param>
    /// <param name="mask">Bool [B, S], true where a token counts; null when all do.</param>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public void Add(Tensor original, Tensor replaced, Tensor? mask = null)
    {
        TorchRuntime.UseThreads();
        EvaluationShapes.Logits(original);
        EvaluationShapes.Same(original, "original logits", replaced, "replaced logits");
        EvaluationShapes.Mask(mask, original);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var rows = mask?.flatten().nonzero().squeeze(1).to(original.device); // [n]
        var (p, q) = (original.flatten(0, 1), replaced.flatten(0, 1));
        var tokens = rows?.shape[0] ?? p.shape[0];
        foreach (var (first, count) in RowChunks.Of(tokens, p.shape[1]))
            Sum += SumOf(Rows(p, rows, first, count), Rows(q, rows, first, count));
        Tokens += tokens;
        Sequences += original.shape[0];
    }

    private static Tensor Rows(Tensor logits, Tensor? rows, long first, long count) =>
        rows is null ? logits.narrow(0, first, count) : logits.index_select(0, rows.narrow(0, first, count));

    private static double SumOf(Tensor original, Tensor replaced)
    {
        using var scope = NewDisposeScope();
        var logP = F.log_softmax(original.to(ScalarType.Float64), 1);
        var logQ = F.log_softmax(replaced.to(ScalarType.Float64), 1);
        return (logP.exp() * (logP - logQ)).sum().item<double>();
    }
}
