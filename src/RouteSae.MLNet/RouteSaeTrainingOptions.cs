using Microsoft.ML.SearchSpace;

namespace RouteSae.MLNet;

/// <summary>How router and autoencoder are trained on the input column during Fit.</summary>
public sealed class RouteSaeTrainingOptions
{
    /// <summary>M, the number of latents, at least 2. Default: 4096.</summary>
    [Choice(new object[] { 1024, 2048, 4096, 8192, 16384 }, 4096)]
    public int Latents { get; set; } = 4096;

    /// <summary>K, the most latents that are active on a token, 1 to M. Default: 32.</summary>
    [Range(8, 128, 32, logBase: true)]
    public int ActiveLatents { get; set; } = 32;

    /// <summary>How often the texts are passed through, at least 1. Default: 1.</summary>
    public int Epochs { get; set; } = 1;

    /// <summary>Tokens in a training step, at least 1. Default: 1024.</summary>
    public int TokensPerStep { get; set; } = 1024;

    /// <summary>Learning rate of Adam, above 0. Default: 5e-4.</summary>
    [Range(1e-4, 2e-3, 5e-4, logBase: true)]
    public double LearningRate { get; set; } = 5e-4;

    internal IEnumerable<string> Problems()
    {
        if (Latents < 2)
        {
            yield return $"Training.Latents is {Latents}. It must be at least 2.";
        }

        if (ActiveLatents < 1 || ActiveLatents > Latents)
        {
            yield return $"Training.ActiveLatents is {ActiveLatents}. It must be 1 to {Latents}, the number of latents.";
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
