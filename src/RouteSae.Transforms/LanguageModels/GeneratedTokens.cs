using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Prompts and what a model added to them; owns its tensors.</summary>
public sealed class GeneratedTokens : IDisposable
{
    private readonly IReadOnlyList<int> _newTokens;

    internal GeneratedTokens(Tensor ids, int promptLength, IReadOnlyList<int> newTokens, Tensor? scores) =>
        (Ids, PromptLength, _newTokens, Scores) = (ids, promptLength, newTokens, scores);

    /// <summary>Prompts and new tokens, I64 [B, S + steps]; a row that ended early is filled with the padding id.</summary>
    public Tensor Ids { get; }

    /// <summary>Positions of the prompts, S, padding included.</summary>
    public int PromptLength { get; }

    /// <summary>The scores from which each new token was chosen, F32 [steps, B, V]; null when they were not asked for.</summary>
    public Tensor? Scores { get; }

    /// <summary>The new tokens of a row, up to and including the one that ended it.</summary>
    /// <param name="row">Number of the prompt, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public IReadOnlyList<int> NewTokens(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, _newTokens.Count);
        using var scope = NewDisposeScope();
        return [.. Ids[row].narrow(0, PromptLength, _newTokens[row]).cpu().data<long>().Select(id => (int)id)];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Ids.Dispose();
        Scores?.Dispose();
    }
}
