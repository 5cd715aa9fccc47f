namespace RouteSae.Training;

/// <summary>How one autoencoder of a sweep stands.</summary>
/// <param name="Name">The route's name.</param>
/// <param name="Progress">Its progress; the tokens a second are those of its own steps, without the language model.</param>
public sealed record SweepProgress(string Name, TrainingProgress Progress);
