using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Training.Sources;

/// <summary>The routed hidden states of a batch of tokens. Owns its tensors; whoever takes a batch from a source disposes it.</summary>
public sealed class HiddenStateBatch : IDisposable
{
    /// <summary>Takes over the tensors.</summary>
    /// <param name="hiddenStates">L tensors [N, D], raw, in the order of the routed hidden states.</param>
    /// <param name="mask">Bool [N]: true where the token is real, false for padding and special tokens. Default: every token is real.</param>
    /// <param name="indices">The L hidden states' numbers, so that a model can pick those that it reads. Default null: they are those of the model, in its order.</param>
    /// <exception cref="ArgumentException">The tensors do not agree about N and D, or there are not as many numbers as hidden states.</exception>
    public HiddenStateBatch(IReadOnlyList<Tensor> hiddenStates, Tensor? mask = null, IReadOnlyList<int>? indices = null)
    {
        CheckShapes(hiddenStates, mask);
        if (indices is not null && indices.Count != hiddenStates.Count)
            throw new ArgumentException($"The batch holds {hiddenStates.Count} hidden states, but {indices.Count} numbers name them.", nameof(indices));
        Indices = indices;
        HiddenStates = hiddenStates.Select(tensor => tensor.DetachFromDisposeScope()).ToArray();
        Mask = mask?.DetachFromDisposeScope();
    }

    /// <summary>L tensors [N, D], raw.</summary>
    public IReadOnlyList<Tensor> HiddenStates { get; }

    /// <summary>Bool [N], true where the token is real; null when every token is.</summary>
    public Tensor? Mask { get; }

    /// <summary>The hidden states' numbers; null when they are those of the model that reads the batch, in its order.</summary>
    public IReadOnlyList<int>? Indices { get; }

    /// <summary>N, padding included.</summary>
    public long Tokens => HiddenStates[0].shape[0];

    /// <summary>The hidden states of the real tokens alone, L tensors [n, D]. The caller owns them.</summary>
    public IReadOnlyList<Tensor> RealTokens()
    {
        using var scope = NewDisposeScope();
        var kept = Mask?.nonzero().squeeze(1); // [n]
        return HiddenStates
            .Select(tensor => (kept is null ? tensor.alias() : tensor.index_select(0, kept)).MoveToOuterDisposeScope())
            .ToArray();
    }

    /// <summary>The hidden states that a model reads, in its order. The caller owns them.</summary>
    /// <param name="wanted">Their numbers.</param>
    /// <param name="realTokensOnly">Whether masked tokens are left out.</param>
    /// <exception cref="ArgumentException">The batch lacks one of them.</exception>
    internal IReadOnlyList<Tensor> Select(IReadOnlyList<int> wanted, bool realTokensOnly)
    {
        using var scope = NewDisposeScope();
        var all = realTokensOnly ? RealTokens() : HiddenStates.Select(tensor => tensor.alias()).ToArray();
        var selected = Indices is null ? all : wanted.Select(index => all[PlaceOf(index)]).ToArray();
        foreach (var tensor in selected)
            tensor.MoveToOuterDisposeScope();
        return selected;
    }

    private int PlaceOf(int index)
    {
        for (var place = 0; place < Indices!.Count; place++)
        {
            if (Indices[place] == index)
                return place;
        }
        throw new ArgumentException($"The batch holds the hidden states {string.Join(", ", Indices)}, but the model reads hidden state {index} too. Give the source of activations all hidden states that its models read.");
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in HiddenStates)
            tensor.Dispose();
        Mask?.Dispose();
    }

    /// <summary>Saves the real tokens from a given one on.</summary>
    internal void Save(long from, TrainingState state)
    {
        using var scope = NewDisposeScope();
        var tokens = RealTokens();
        state.Set("indices", Indices);
        state.Set("hiddenStates", tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
            state.Set($"{i}", tokens[i].narrow(0, from, tokens[i].shape[0] - from));
    }

    /// <summary>The tokens that <see cref="Save"/> has saved.</summary>
    internal static HiddenStateBatch Restore(TrainingState state, Device device)
    {
        using var scope = NewDisposeScope();
        var tensors = Enumerable.Range(0, state.Value<int>("hiddenStates")).Select(i => state.Tensor($"{i}").to(device, copy: true));
        return new HiddenStateBatch([.. tensors], indices: state.Value<int[]?>("indices"));
    }

    private static void CheckShapes(IReadOnlyList<Tensor> hiddenStates, Tensor? mask)
    {
        if (hiddenStates.Count == 0)
            throw new ArgumentException("A batch needs the hidden states of at least one layer.");
        var first = hiddenStates[0].shape;
        if (first.Length != 2 || hiddenStates.Any(tensor => !tensor.shape.SequenceEqual(first)))
            throw new ArgumentException(
                $"The hidden states of a batch must all have one shape [tokens, hidden size]; these have {string.Join(" and ", hiddenStates.Select(Shape).Distinct())}.");
        if (mask is not null && (mask.dtype != ScalarType.Bool || mask.dim() != 1 || mask.shape[0] != first[0]))
            throw new ArgumentException($"The mask of a batch must be Bool [{first[0]}], one value a token; this one is {mask.dtype} {Shape(mask)}.");
    }

    private static string Shape(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
}
