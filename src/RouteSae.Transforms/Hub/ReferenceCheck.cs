using RouteSae.Files;

namespace RouteSae.Hub;

/// <summary>Compares a model on the hub with what a bundle lists of its language model, before the weights are downloaded in vain.</summary>
internal sealed class ReferenceCheck(LanguageModelReference reference, string place)
{
    /// <summary>Compares sizes, and hashes where the hub announces SHA-256. Nothing is downloaded.</summary>
    /// <param name="names">The files that the model has.</param>
    /// <param name="find">Asks what one of them is.</param>
    /// <exception cref="LanguageModelNotFoundException">It is another model.</exception>
    public async Task CompareAnnouncedAsync(IReadOnlySet<string> names, Func<string, Task<HubFile>> find)
    {
        var problems = new List<string?>();
        foreach (var (name, file) in reference.Files)
        {
            problems.Add(names.Contains(name) ? Problem(file, await find(name).ConfigureAwait(false)) : $"{name} is missing");
        }

        ThrowIfAny(problems);
    }

    /// <summary>Compares the small files, whose SHA-256 the hub does not announce.</summary>
    /// <param name="snapshot">The folder that they are in by now.</param>
    /// <exception cref="LanguageModelNotFoundException">It is another model.</exception>
    public void CompareSmall(string snapshot) => ThrowIfAny(
        from file in reference.Files
        where file.Key is Checkpoint.Config or Checkpoint.Index
        select Path.Combine(snapshot, file.Key) is var path && HubCache.HasFile(path) ? file.Value.Problem(file.Key, () => File.OpenRead(path)) : null);

    private void ThrowIfAny(IEnumerable<string?> problems)
    {
        var found = string.Join("; ", problems.OfType<string>());
        if (found.Length > 0)
        {
            throw new LanguageModelNotFoundException(reference, [$"{place}: {found}"]);
        }
    }

    private static string? Problem(BundleFile listed, HubFile announced) => listed.Problem(announced.Name, announced.Size, announced.Sha256);
}
