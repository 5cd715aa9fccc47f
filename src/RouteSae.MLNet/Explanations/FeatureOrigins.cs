using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Explanations;

/// <summary>
/// Which latents of which RouteSae columns stand in the slots of the vector that a predictor reads, by their names: selections and
/// normalisers keep the name of a slot, and Concatenate puts the name of the column before it. A slot that could come from several places
/// has no origin.
/// </summary>
internal sealed class FeatureOrigins
{
    private readonly string _featureColumn;
    private readonly ColumnSources _sources;
    private readonly ILookup<string, Origin> _byName;
    private readonly Dictionary<string, HashSet<RouteSaeTransformer>> _byPath = [];
    private readonly Origin?[] _bySlot;

    public FeatureOrigins(IReadOnlyList<string> slotNames, DecisionSteps steps)
    {
        (_featureColumn, _sources) = (steps.FeatureColumn, steps.Sources);
        _byName = steps.Featurizers
            .SelectMany(featurizer => featurizer.SlotNames.Zip(featurizer.Slots, (name, slot) => (Name: name, Origin: new Origin(featurizer, slot.Latent))))
            .ToLookup(pair => pair.Name, pair => pair.Origin);
        _bySlot = [.. slotNames.Select(Find)];
    }

    /// <summary>The text column behind a slot; null when it does not come from a RouteSae column, or from which one is not certain.</summary>
    public string? TextColumn(int slot) => Of(slot)?.Featurizer.InputColumnName;

    /// <summary>Where a slot's feature fired.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="codesOf">What a RouteSae column made of its text.</param>
    public IReadOnlyList<FeatureOccurrence> Occurrences(int slot, Func<RouteSaeTransformer, TextCodes> codesOf) =>
        Of(slot) is { } origin ? [.. Occurrences(codesOf(origin.Featurizer), origin.Latent, origin.Featurizer.MinimumActivation)] : [];

    private static IEnumerable<FeatureOccurrence> Occurrences(TextCodes codes, int latent, float minimum)
    {
        for (var token = 0; token < codes.TokenCount; token++)
        {
            var place = codes.LatentsOf(token).IndexOf(latent);
            if (place >= 0 && codes.ValuesOf(token)[place] is var value && (minimum == 0 || value >= minimum))
            {
                yield return new FeatureOccurrence(codes[token].Span, value);
            }
        }
    }

    private Origin? Of(int slot) => slot < _bySlot.Length ? _bySlot[slot] : null;

    // Names of columns and of features may hold dots themselves, so each is tried.
    private Origin? Find(string slotName)
    {
        var found = new HashSet<Origin>();
        for (var start = 0; start >= 0; start = slotName.IndexOf('.', start) is >= 0 and var dot ? dot + 1 : -1)
        {
            foreach (var origin in _byName[slotName[start..]])
            {
                if (Behind(slotName[..start]).Contains(origin.Featurizer) && (start > 0 || !_sources.Names.Contains(slotName)))
                {
                    found.Add(origin);
                }
            }
        }

        return found.Count == 1 ? found.Single() : null;
    }

    /// <summary>The RouteSae columns that a path of column names, such as <c>All.Normalised.</c>, can lead to.</summary>
    private HashSet<RouteSaeTransformer> Behind(string path)
    {
        if (!_byPath.TryGetValue(path, out var featurizers))
        {
            featurizers = path.Length == 0
                ? [.. _sources.Of(_featureColumn)]
                : [.. _sources.Names.Where(column => path.StartsWith($"{column}.", StringComparison.Ordinal))
                    .SelectMany(column => Behind(path[(column.Length + 1)..]).Intersect(_sources.EverOf(column)))];
            _byPath[path] = featurizers;
        }

        return featurizers;
    }

    private sealed record Origin(RouteSaeTransformer Featurizer, int Latent);
}
