namespace RouteSae.MLNet.Hosting;

/// <summary>What a predictor can do at the moment, and why.</summary>
/// <param name="State">The state.</param>
/// <param name="Message">One sentence on it; after a failure what is wrong, where, and what to do.</param>
/// <param name="LoadedAt">When the model that answers was loaded; null when there is none.</param>
public sealed record ServingStatus(ServingState State, string Message, DateTimeOffset? LoadedAt);
