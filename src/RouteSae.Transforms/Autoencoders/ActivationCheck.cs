using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

internal static class ActivationCheck
{
    /// <summary>Names the batch, the hidden state and the token of the first value that is NaN or infinite.</summary>
    /// <param name="hiddenStates">L x [n, D], the real tokens.</param>
    /// <param name="names">The hidden states' numbers.</param>
    /// <param name="batch">Counted from 1.</param>
    public static void ThrowIfNotFinite(IReadOnlyList<Tensor> hiddenStates, IReadOnlyList<int> names, int batch)
    {
        for (var i = 0; i < hiddenStates.Count; i++)
        {
            using var scope = NewDisposeScope();
            if (IsFinite(hiddenStates[i].sum(ScalarType.Float32)))
                continue;
            var broken = hiddenStates[i].isfinite().all(1, false).logical_not().nonzero();
            // A sum can overflow although every value is finite.
            if (broken.shape[0] > 0)
                throw new InvalidOperationException(
                    $"Batch {batch} holds NaN or infinite values in hidden state {names[i]} (real token {broken[0, 0].item<long>()} of the batch is the first). The language model has overflowed there: run it in float32, or leave this text out.");
        }
    }

    public static bool IsFinite(Tensor scalar) => float.IsFinite(scalar.detach().to(ScalarType.Float32).item<float>());
}
