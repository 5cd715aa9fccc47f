namespace RouteSae.Tensors;

/// <summary>The exception for a name that a checkpoint does not have, with the names that may have been meant.</summary>
internal static class MissingTensor
{
    private const int Suggestions = 3;

    public static KeyNotFoundException In(ITensorSource source, string name)
    {
        var similar = source.Names.Where(candidate => IsSimilar(candidate, name)).ToList();
        var shown = (similar.Count > 0 ? similar : source.Names).Take(Suggestions).Select(SafetensorsFormatException.Quote);
        return new KeyNotFoundException(source.Names.Count == 0
            ? $"{source.Location} has no tensor '{name}'; it has none at all."
            : $"{source.Location} has no tensor '{name}'. Of its {source.Names.Count} tensors {(similar.Count > 0 ? "these are similar" : "the first are")}: {string.Join(", ", shown)}.");
    }

    // Checkpoints differ in prefixes ("model.layers.0…", "layers.0…"), and people in upper and lower case.
    private static bool IsSimilar(string candidate, string name) =>
        candidate.EndsWith(name, StringComparison.OrdinalIgnoreCase) || name.EndsWith(candidate, StringComparison.OrdinalIgnoreCase);
}
