using TorchSharp;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Makes something of the hidden states of texts that pass by.</summary>
internal interface ITokenReader
{
    /// <summary>Reads a batch.</summary>
    /// <param name="texts">The texts, by their numbers; the tokens of text i are the wanted ones from <paramref name="first"/>[i] to <paramref name="first"/>[i + 1].</param>
    /// <param name="first">[texts + 1].</param>
    /// <param name="hiddenStates">The L routed hidden states of all tokens of the batch, raw, each [T, D].</param>
    /// <param name="wanted">The rows of them that count in pooling, text by text, [N].</param>
    void Read(IReadOnlyList<int> texts, int[] first, IReadOnlyList<torch.Tensor> hiddenStates, long[] wanted);
}
