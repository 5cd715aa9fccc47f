namespace RouteSae.Autoencoders.Kinds;

/// <summary>The sizes of a Matryoshka BatchTopK autoencoder.</summary>
public sealed record MatryoshkaArchitecture : TopKArchitecture
{
    private readonly IReadOnlyList<int>? _prefixes;

    /// <summary>
    /// How many of the first latents reconstruct the activation by themselves, in ascending order; the last is M. Default: M/16, M/8, M/4,
    /// M/2 and M, without those that are 0.
    /// </summary>
    public IReadOnlyList<int> Prefixes
    {
        get => _prefixes ?? [.. new[] { 16, 8, 4, 2, 1 }.Select(part => Latents / part).Where(size => size > 0).Distinct()];
        init => _prefixes = value;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Problems()
    {
        var problems = new List<string>(base.Problems());
        if (Prefixes.Count == 0 || Prefixes[0] < 1 || Prefixes[^1] != Latents || Prefixes.Zip(Prefixes.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            problems.Add($"Prefixes is [{string.Join(", ", Prefixes)}]; it must be ascending, begin at 1 or more and end with {Latents}, the number of latents.");
        }

        return problems;
    }

    /// <summary>Whether the sizes are the same.</summary>
    public bool Equals(MatryoshkaArchitecture? other) => other is not null && base.Equals(other) && Prefixes.SequenceEqual(other.Prefixes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Prefixes.Count);
}
