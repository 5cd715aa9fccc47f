using Microsoft.ML.SearchSpace;

namespace RouteSae.MLNet;

/// <summary>How router and autoencoder are trained on the input column during Fit. The language model stays as it is.</summary>
public sealed class RouteSaeTrainingOptions
{
    /// <summary>M, at least 2. Null, the default: training goes on from the bundle's. A number: new ones are trained from scratch.</summary>
    public int? Latents { get; set; }

    /// <summary>
    /// K, the most latents that are active on a token, 1 to M. Null, the default: the bundle's. A bundle with a ReLU, gated or JumpReLU autoencoder needs the
    /// mean number of active latents that training shall reach.
    /// </summary>
    public int? ActiveLatents { get; set; }

    /// <summary>How often the texts are passed through, at least 1. Default: 1.</summary>
    public int Epochs { get; set; } = 1;

    /// <summary>Tokens in a training step, at least 1; fewer where the texts have fewer. Default: 1024.</summary>
    public int TokensPerStep { get; set; } = 1024;

    /// <summary>Learning rate of Adam, above 0. Default: 5e-4.</summary>
    [Range(1e-4, 2e-3, 5e-4, logBase: true)]
    public double LearningRate { get; set; } = 5e-4;

    internal IEnumerable<string> Problems()
    {
        if (Latents < 2)
        {
            yield return $"Training.Latents is {Latents}. It must be at least 2, or null to go on from the bundle's.";
        }

        if (ActiveLatents < 1 || ActiveLatents > Latents)
        {
            yield return $"Training.ActiveLatents is {ActiveLatents}. It must be 1 to the number of latents, or null for the bundle's.";
        }

        if (Epochs < 1)
        {
            yield return $"Training.Epochs is {Epochs}. It must be at least 1.";
        }

        if (TokensPerStep < 1)
        {
            yield return $"Training.TokensPerStep is {TokensPerStep}. It must be at least 1.";
        }

        if (!(LearningRate > 0 && double.IsFinite(LearningRate)))
        {
            yield return FormattableString.Invariant($"Training.LearningRate is {LearningRate}. It must be above 0.");
        }
    }
}
