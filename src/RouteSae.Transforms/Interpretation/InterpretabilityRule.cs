namespace RouteSae.Interpretation;

/// <summary>
/// The paper's rule for which latents are interpretable: those that fire above a threshold in enough contexts on few enough kinds of
/// token. Only the strongest contexts of a class of tokens count; a class is a token as the vocabulary writes it, in lower case.
/// </summary>
public class InterpretabilityRule
{
    /// <summary>How many contexts of one token class count at most. Default 2.</summary>
    public int ContextsPerToken { get; set; } = 2;

    /// <summary>How many contexts make a latent interpretable. Default 5.</summary>
    public int MinimumContexts { get; set; } = 5;

    /// <summary>
    /// A latent that fires on more token classes than this is not interpretable. Default 32. The limit favours word-level features:
    /// whatever a latent means, it is left out when many different tokens express it.
    /// </summary>
    public int MaximumTokenClasses { get; set; } = 32;

    /// <summary>Everything that is wrong with this rule, in sentences; empty when nothing is.</summary>
    public virtual IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        RequirePositive(problems, ContextsPerToken, nameof(ContextsPerToken));
        RequirePositive(problems, MinimumContexts, nameof(MinimumContexts));
        RequirePositive(problems, MaximumTokenClasses, nameof(MaximumTokenClasses));
        return problems;
    }

    private protected static void RequirePositive(List<string> problems, int value, string name)
    {
        if (value < 1)
            problems.Add($"{name} is {value}; it must be at least 1.");
    }
}
