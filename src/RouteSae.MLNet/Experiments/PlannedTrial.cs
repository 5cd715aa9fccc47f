namespace RouteSae.MLNet.Experiments;

/// <summary>What a trial will do.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Trainer">The trainer.</param>
/// <param name="Options">The options of the feature column.</param>
/// <param name="Settings">The varied options, by name, in readable form.</param>
internal sealed record PlannedTrial(int Number, NamedTrainer Trainer, RouteSaeOptions Options, IReadOnlyDictionary<string, string> Settings);
