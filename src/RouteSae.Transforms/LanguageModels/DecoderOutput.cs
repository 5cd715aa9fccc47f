using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>The tensors of one forward pass; owns them.</summary>
public sealed class DecoderOutput : IDisposable
{
    private readonly IReadOnlyDictionary<int, Tensor> _hiddenStates;

    internal DecoderOutput(IReadOnlyDictionary<int, Tensor> hiddenStates, Tensor? logits) =>
        (_hiddenStates, Logits) = (hiddenStates, logits);

    /// <summary>Scores of the next token at every position, [B, S, V] in the model's precision; null when not asked for.</summary>
    public Tensor? Logits { get; }

    /// <summary>A hidden state that was asked for, [B, S, D] in the model's precision. Owned by this object.</summary>
    /// <param name="index">Hugging Face's number of the hidden state.</param>
    /// <exception cref="ArgumentOutOfRangeException">It was not asked for.</exception>
    public Tensor HiddenState(int index) =>
        _hiddenStates.TryGetValue(index, out var state)
            ? state
            : throw new ArgumentOutOfRangeException(
                nameof(index), index, $"Hidden state {index} was not asked for (asked for: {string.Join(", ", _hiddenStates.Keys.Order())}).");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var state in _hiddenStates.Values)
            state.Dispose();
        Logits?.Dispose();
    }
}
