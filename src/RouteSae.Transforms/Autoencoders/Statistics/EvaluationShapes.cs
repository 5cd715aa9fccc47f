using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Statistics;

/// <summary>Finds tensors that do not belong together before torch broadcasts them.</summary>
internal static class EvaluationShapes
{
    public static void Same(Tensor first, string firstName, Tensor second, string secondName)
    {
        if (!first.shape.SequenceEqual(second.shape))
            throw new ArgumentException($"The {firstName} have shape {Shown(first)}, but the {secondName} have {Shown(second)}; both must be the same.");
    }

    public static void Logits(Tensor logits)
    {
        if (logits.dim() != 3)
            throw new ArgumentException($"The logits have shape {Shown(logits)}; [batch, positions, vocabulary] is expected.", nameof(logits));
    }

    public static void Mask(Tensor? mask, Tensor logits)
    {
        if (mask is not null && (mask.dtype != ScalarType.Bool || mask.dim() != 2 || mask.shape[0] != logits.shape[0] || mask.shape[1] != logits.shape[1]))
            throw new ArgumentException($"The mask is {mask.dtype} {Shown(mask)}; the logits ask for Bool [{logits.shape[0]}, {logits.shape[1]}].", nameof(mask));
    }

    public static void Rows(Tensor tensor, string name, long columns, string columnsMean)
    {
        if (tensor.dim() != 2 || tensor.shape[1] != columns)
            throw new ArgumentException($"The {name} have shape {Shown(tensor)}; [tokens, {columns}] is expected, one column for each of the {columnsMean}.");
    }

    private static string Shown(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
