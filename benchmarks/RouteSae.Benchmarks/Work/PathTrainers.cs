using RouteSae.Training;

namespace RouteSae.Benchmarks.Work;

/// <summary>One trainer a model, all with the plain port's settings. Owns the trainers, not the models.</summary>
internal sealed class PathTrainers(PathModels models) : IDisposable
{
    /// <summary>In the order of the models.</summary>
    public IReadOnlyList<AutoencoderTrainer> All { get; } = [.. models.All.Select(model => new AutoencoderTrainer(model, Options()))];

    /// <summary>A constant learning rate of 5e-4; no latent ever counts as dead; b_pre starts where the model has it.</summary>
    public static AutoencoderTrainerOptions Options() => new()
    {
        TotalTokens = long.MaxValue / 2,
        WarmupFraction = 0,
        DecayFraction = 0,
        DeadAfterTokens = long.MaxValue,
        CenterPreBias = false,
    };

    public void Dispose()
    {
        foreach (var trainer in All)
            trainer.Dispose();
    }
}
