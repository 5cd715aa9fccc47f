using RouteSae.Training;
using RouteSae.Training.Checkpoints;

namespace RouteSae.Bundles;

/// <summary>How the autoencoder of a bundle, and its router where it has one, are trained on texts.</summary>
public sealed class BundleTrainingOptions
{
    /// <summary>M. Default null: training goes on from the bundle's autoencoder and router. A number: new ones are trained from scratch.</summary>
    public int? Latents { get; set; }

    /// <summary>
    /// K, 1 to M, of a RouteSAE or a TopK autoencoder. Default null: the bundle's. Others have none, and need the mean number of active latents that training
    /// shall reach (<see cref="AutoencoderTrainerOptions.TargetActiveLatents"/>).
    /// </summary>
    public int? ActiveLatents { get; set; }

    /// <summary>How often the texts are gone through. Default 1.</summary>
    public int Passes { get; set; } = 1;

    /// <summary>Tokens a step; fewer where the texts have fewer. Default 1,024.</summary>
    public int BatchTokens { get; set; } = 1024;

    /// <summary>Adam's learning rate between warm-up and decay. Default 5e-4.</summary>
    public double LearningRate { get; set; } = 5e-4;

    /// <summary>Seed of starting values, shuffling and mixing. Default 0.</summary>
    public int Seed { get; set; }

    /// <summary>Where the training is saved on the way, so that another run with the same bundle, options and texts goes on where this one stopped. Default null: nowhere.</summary>
    public CheckpointOptions? Checkpoints { get; set; }
}
