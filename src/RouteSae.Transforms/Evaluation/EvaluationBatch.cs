using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>Sequences of tokens to evaluate on. Owns its tensors; whoever takes a batch from a source disposes it.</summary>
public sealed class EvaluationBatch : IDisposable
{
    /// <summary>Takes over the tensors.</summary>
    /// <param name="inputIds">Token ids, I64 [B, S].</param>
    /// <param name="attentionMask">I64 or Bool [B, S], non-zero where a token is no padding. Default: none is.</param>
    /// <param name="realTokens">
    /// Bool [B, S], true where a token is encoded and counts in the metrics, for example not at special tokens. Default: wherever
    /// the attention mask is not zero.
    /// </param>
    /// <exception cref="ArgumentException">The tensors do not agree about B and S.</exception>
    public EvaluationBatch(Tensor inputIds, Tensor? attentionMask = null, Tensor? realTokens = null)
    {
        Check(inputIds, attentionMask, realTokens);
        InputIds = inputIds.DetachFromDisposeScope();
        AttentionMask = attentionMask?.DetachFromDisposeScope();
        RealTokens = (realTokens ?? attentionMask?.to_type(ScalarType.Bool, copy: true))?.DetachFromDisposeScope();
    }

    /// <summary>I64 [B, S].</summary>
    public Tensor InputIds { get; }

    /// <summary>[B, S], non-zero where a token is no padding; null when none is.</summary>
    public Tensor? AttentionMask { get; }

    /// <summary>Bool [B, S], true where a token counts in the metrics; null when all do.</summary>
    public Tensor? RealTokens { get; }

    /// <summary>B.</summary>
    public long Sequences => InputIds.shape[0];

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        InputIds.Dispose();
        AttentionMask?.Dispose();
        RealTokens?.Dispose();
    }

    /// <summary>Where in the batch, row after row, the real tokens stand, I64 [N]. The caller owns it.</summary>
    internal Tensor RealPlaces(Device device)
    {
        using var scope = NewDisposeScope();
        var places = RealTokens is { } real ? real.flatten().nonzero().squeeze(1) : arange(InputIds.NumberOfElements, ScalarType.Int64);
        return places.to(device).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Bool [B, S], true at real tokens that are predicted from a token, not from padding on the left; null when all are. The
    /// caller owns it.
    /// </summary>
    internal Tensor? PredictedTokens()
    {
        if (RealTokens is null)
            return null;
        using var scope = NewDisposeScope();
        var predicted = RealTokens.clone();
        if (AttentionMask is { } mask)
        {
            var before = mask.to_type(ScalarType.Bool).narrow(1, 0, mask.shape[1] - 1);
            predicted.narrow(1, 1, mask.shape[1] - 1).logical_and_(before);
        }
        return predicted.MoveToOuterDisposeScope();
    }

    private static void Check(Tensor inputIds, Tensor? attentionMask, Tensor? realTokens)
    {
        ArgumentNullException.ThrowIfNull(inputIds);
        if (inputIds.dim() != 2)
            throw new ArgumentException($"Token ids have shape {Shown(inputIds)}; [sequences, positions] is expected.", nameof(inputIds));
        if (attentionMask is not null && !attentionMask.shape.SequenceEqual(inputIds.shape))
            throw new ArgumentException($"The attention mask has shape {Shown(attentionMask)}, but the token ids have {Shown(inputIds)}.", nameof(attentionMask));
        if (realTokens is not null && (realTokens.dtype != ScalarType.Bool || !realTokens.shape.SequenceEqual(inputIds.shape)))
            throw new ArgumentException($"The real tokens are {realTokens.dtype} {Shown(realTokens)}; Bool {Shown(inputIds)} is expected.", nameof(realTokens));
    }

    private static string Shown(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
