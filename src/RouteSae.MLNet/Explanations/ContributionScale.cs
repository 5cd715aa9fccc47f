namespace RouteSae.MLNet.Explanations;

/// <summary>What the contributions of <see cref="FeatureContribution.Contributions"/> add up to, together with the predictor's bias.</summary>
public enum ContributionScale
{
    /// <summary>There are no contributions: the predictor is not linear.</summary>
    None,

    /// <summary>The score.</summary>
    Score,

    /// <summary>
    /// The logarithm of the score: that of a Poisson regression, or that of a class's probability (maximum entropy), less what all classes
    /// have in common. A contribution of 1 multiplies the score, or its ratio to the others, by e.
    /// </summary>
    LogScore,
}
