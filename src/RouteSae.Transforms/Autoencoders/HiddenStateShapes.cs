using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

internal static class HiddenStateShapes
{
    /// <summary>Throws unless these are the named hidden states of one number of tokens.</summary>
    /// <param name="hiddenStates">L x [N, D].</param>
    /// <param name="names">Their numbers.</param>
    /// <param name="hiddenSize">D.</param>
    public static void Check(IReadOnlyList<Tensor> hiddenStates, IReadOnlyList<int> names, int hiddenSize)
    {
        if (hiddenStates.Count != names.Count)
            throw new ArgumentException($"Got {hiddenStates.Count} hidden states, but the model reads {names.Count} ({string.Join(", ", names)}).");
        for (var i = 0; i < names.Count; i++)
        {
            var shape = hiddenStates[i].shape;
            if (shape.Length != 2 || shape[1] != hiddenSize || shape[0] != hiddenStates[0].shape[0])
                throw new ArgumentException(
                    $"Hidden state {names[i]} has shape [{string.Join(", ", shape)}]; the model needs [{hiddenStates[0].shape[0]}, {hiddenSize}], tokens by hidden size, for each hidden state.");
        }
    }
}
