using RouteSae.Features;

namespace RouteSae.MLNet;

/// <summary>Which latents of which RouteSae columns stand in the slots of the vector that a predictor reads, by their names.</summary>
internal sealed class FeatureOrigins
{
    private readonly Dictionary<int, (RouteSaeTransformer Featurizer, int Latent)> _bySlot = [];

    public FeatureOrigins(IReadOnlyList<string> slotNames, IReadOnlyList<RouteSaeTransformer> featurizers)
    {
        // Concatenate puts the name of the column before the name of the slot; selections and normalisers keep slot names.
        var byName = new Dictionary<string, (RouteSaeTransformer, int)>();
        foreach (var featurizer in featurizers)
        {
            foreach (var (name, slot) in featurizer.SlotNames.Zip(featurizer.Slots))
            {
                byName.TryAdd(name, (featurizer, slot.Latent));
                byName[$"{featurizer.OutputColumnName}.{name}"] = (featurizer, slot.Latent);
            }
        }

        for (var slot = 0; slot < slotNames.Count; slot++)
        {
            if (byName.TryGetValue(slotNames[slot], out var origin))
            {
                _bySlot[slot] = origin;
            }
        }
    }

    /// <summary>The text column behind a slot; null when it does not come from a RouteSae column.</summary>
    public string? TextColumn(int slot) => _bySlot.TryGetValue(slot, out var origin) ? origin.Featurizer.InputColumnName : null;

    /// <summary>Where a slot's feature fired.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="texts">What each RouteSae column made of its text.</param>
    public IReadOnlyList<FeatureOccurrence> Occurrences(int slot, IReadOnlyDictionary<RouteSaeTransformer, TokenFeatures> texts) =>
        _bySlot.TryGetValue(slot, out var origin)
            ? [.. texts[origin.Featurizer].Tokens.Where(token => token.Pooled)
                .SelectMany(token => token.Features.Where(active => Counts(active, origin)).Select(active => new FeatureOccurrence(token.Span, active.Value)))]
            : [];

    private static bool Counts(ActiveFeature active, (RouteSaeTransformer Featurizer, int Latent) origin) =>
        active.Latent == origin.Latent && (origin.Featurizer.MinimumActivation == 0 || active.Value >= origin.Featurizer.MinimumActivation);
}
