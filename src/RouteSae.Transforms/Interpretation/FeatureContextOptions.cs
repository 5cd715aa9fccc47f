namespace RouteSae.Interpretation;

/// <summary>Which contexts of a latent are collected. The defaults are those of the authors' program; the paper's threshold is 15.</summary>
public sealed class FeatureContextOptions : InterpretabilityRule
{
    /// <summary>An activation above this value has a context. 0 or more. Default 10 (the paper: 15).</summary>
    public double Threshold { get; set; } = 10;

    /// <summary>
    /// A context is the sentence around the token; of one longer than this many tokens, half as many before and half as many after the
    /// token. Default 64.
    /// </summary>
    public int MaximumTokens { get; set; } = 64;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Problems()
    {
        var problems = new List<string>(base.Problems());
        if (!(Threshold >= 0 && double.IsFinite(Threshold)))
            problems.Add($"Threshold is {Threshold}; it must be 0 or more.");
        RequirePositive(problems, MaximumTokens, nameof(MaximumTokens));
        return problems;
    }
}
