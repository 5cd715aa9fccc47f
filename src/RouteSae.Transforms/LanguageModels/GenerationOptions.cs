namespace RouteSae.LanguageModels;

/// <summary>How a text is continued.</summary>
public sealed class GenerationOptions
{
    /// <summary>Tokens to add at most, at least 1. Default: 50.</summary>
    public int MaxNewTokens { get; set; } = 50;

    /// <summary>Divides the scores before sampling; 0 always takes the most probable token. Default: 0.</summary>
    public double Temperature { get; set; }

    /// <summary>When sampling, only the so many most probable tokens are drawn. Default: null, all.</summary>
    public int? TopK { get; set; }

    /// <summary>
    /// When sampling, only the most probable tokens are drawn that are needed to reach this probability together, within
    /// 0 (exclusive) .. 1. Default: null, all.
    /// </summary>
    public double? TopP { get; set; }

    /// <summary>Seed of the draws. Default: 0.</summary>
    public long Seed { get; set; }

    /// <summary>Ids after which a row is finished; empty means that nothing ends it. Default: null, those of the model's configuration.</summary>
    public IReadOnlyCollection<int>? EndOfSequence { get; set; }

    /// <summary>Id that fills a finished row while others go on. Default: null, the configuration's, or else the first end-of-sequence id.</summary>
    public int? Padding { get; set; }

    /// <summary>
    /// r, above 0: the score of every token that the row has already, prompt and padding included, becomes s / r where it is above 0, else s · r, before a
    /// token is chosen. Default: null, the configuration's.
    /// </summary>
    public double? RepetitionPenalty { get; set; }

    /// <summary>Whether keys and values of earlier tokens are kept instead of computed again. Default: true.</summary>
    public bool UseCache { get; set; } = true;

    /// <summary>Whether the result holds the scores from which each token was chosen. Default: false.</summary>
    public bool KeepScores { get; set; }

    /// <exception cref="ArgumentException">An option is out of range; the message lists all that are.</exception>
    internal void ThrowIfInvalid(int vocabularySize)
    {
        var problems = Problems(vocabularySize).ToList();
        if (problems.Count > 0)
            throw new ArgumentException($"The generation options are wrong: {string.Join("; ", problems)}.", "options");
    }

    private IEnumerable<string> Problems(int vocabularySize)
    {
        if (MaxNewTokens < 1)
            yield return $"{nameof(MaxNewTokens)} is {MaxNewTokens}, at least 1 is expected";
        if (!(Temperature >= 0) || double.IsInfinity(Temperature))
            yield return $"{nameof(Temperature)} is {Temperature}, 0 or a positive number is expected";
        if (TopK < 1)
            yield return $"{nameof(TopK)} is {TopK}, at least 1 is expected";
        if (TopP is { } probability && !(probability is > 0 and <= 1))
            yield return $"{nameof(TopP)} is {probability}, a number above 0 and up to 1 is expected";
        if (RepetitionPenalty is { } penalty && !(penalty > 0 && double.IsFinite(penalty)))
            yield return $"{nameof(RepetitionPenalty)} is {penalty}, a number above 0 is expected";
        if (Padding is { } padding && (padding < 0 || padding >= vocabularySize))
            yield return $"{nameof(Padding)} is {padding}, which is outside the vocabulary of {vocabularySize}";
    }
}
