namespace RouteSae.Training;

/// <summary>A context window of tokens.</summary>
/// <param name="Ids">Token ids, as many as the context is long.</param>
/// <param name="Length">How many of them are text; what follows is padding.</param>
public sealed record PackedSequence(int[] Ids, int Length);
