using static TorchSharp.torch;

namespace RouteSae.LanguageModels;

/// <summary>Chooses the next token from scores: the highest, or one drawn from the filtered softmax.</summary>
internal sealed class TokenChoice : IDisposable
{
    private readonly GenerationOptions _options;
    private readonly Generator? _generator;

    public TokenChoice(GenerationOptions options, Device device)
    {
        _options = options;
        _generator = options.Temperature == 0 ? null : new Generator((ulong)options.Seed, device);
    }

    /// <summary>Scores F32 [B, V] → ids I64 [B].</summary>
    public Tensor Choose(Tensor scores)
    {
        if (_generator is null)
            return scores.argmax(-1);
        using var scope = NewDisposeScope();
        // The largest score becomes 0, so that a small temperature cannot overflow.
        var scaled = (scores - scores.amax([-1], keepdim: true)) / _options.Temperature;
        var probabilities = KeepProbable(KeepHighest(scaled).softmax(-1));
        return multinomial(probabilities, 1, generator: _generator).squeeze(-1).MoveToOuterDisposeScope();
    }

    public void Dispose() => _generator?.Dispose();

    private Tensor KeepHighest(Tensor scores)
    {
        if (_options.TopK is not { } count || count >= scores.size(-1))
            return scores;
        var lowestKept = scores.topk(count).values.narrow(-1, count - 1, 1);
        return scores.masked_fill(scores.lt(lowestKept), double.NegativeInfinity);
    }

    /// <summary>Zeroes tokens that are not needed to reach the probability; the draw does not mind that the rest sums to less than 1.</summary>
    private Tensor KeepProbable(Tensor probabilities)
    {
        if (_options.TopP is not { } enough)
            return probabilities;
        var (sorted, order) = probabilities.sort(-1, descending: true);
        var moreProbable = sorted.cumsum(-1) - sorted;
        return zeros_like(probabilities).scatter(-1, order, sorted.masked_fill(moreProbable.ge(enough), 0));
    }
}
