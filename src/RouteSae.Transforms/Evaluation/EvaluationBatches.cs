using RouteSae.Tokens;
using RouteSae.Tokens.Windows;
using static TorchSharp.torch;

namespace RouteSae.Evaluation;

/// <summary>Makes batches to evaluate on.</summary>
public static class EvaluationBatches
{
    /// <summary>
    /// Packs texts into windows as training does (a start token before each window, an end token after each text, if the
    /// tokenizer has them), in the order of the texts. Only the last window is padded.
    /// </summary>
    /// <param name="tokenizer">The language model's tokenizer.</param>
    /// <param name="texts">Gone through once, as batches are taken; empty ones leave no trace.</param>
    /// <param name="contextLength">Tokens a window. Default 512, the paper's.</param>
    /// <param name="sequences">Windows a batch. Default 16.</param>
    /// <param name="includeSpecialTokens">Whether special tokens count like text. Default false, as in training.</param>
    /// <returns>Whoever takes a batch disposes it.</returns>
    /// <exception cref="ArgumentException">The context length is below 2, or the number of windows below 1.</exception>
    public static IEnumerable<EvaluationBatch> FromTexts(
        TextTokenizer tokenizer, IEnumerable<string> texts, int contextLength = 512, int sequences = 16, bool includeSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(sequences, 1);
        var packing = new PackedSequences(new PackingOptions
        {
            ContextLength = contextLength,
            EndOfText = tokenizer.EndOfSequence,
            WindowStart = tokenizer.BeginOfSequence,
            ShuffleBuffer = 1,
        });
        var documents = texts.Select(text => tokenizer.Encode(text, addSpecialTokens: false).Ids);
        IReadOnlySet<int> left = includeSpecialTokens ? new HashSet<int>() : tokenizer.SpecialTokens;
        return packing.Pack(documents).Chunk(sequences).Select(windows => Batch(windows, left));
    }

    private static EvaluationBatch Batch(PackedSequence[] windows, IReadOnlySet<int> leftOut)
    {
        using var scope = NewDisposeScope();
        var tokens = new WindowTokens(windows);
        return new EvaluationBatch(tokens.InputIds(), tokens.AreAllText ? null : tokens.AttentionMask(), tokens.RealTokens(leftOut));
    }
}
