namespace RouteSae.Training;

/// <summary>What a sweep has made of one autoencoder.</summary>
/// <param name="Name">The route's name.</param>
/// <param name="Report">What its training has done.</param>
/// <param name="Failure">Why its training was given up, the others going on; null when it was not.</param>
public sealed record SweepResult(string Name, TrainingReport Report, Exception? Failure);
