namespace RouteSae.Training;

/// <summary>One of the autoencoders that a sweep trains.</summary>
/// <param name="Name">Names it in progress and results; each name occurs once.</param>
/// <param name="Trainer">Its trainer, which stays the caller's.</param>
public sealed record SweepRoute(string Name, AutoencoderTrainer Trainer);
