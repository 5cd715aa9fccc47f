using System.Collections.Concurrent;

namespace RouteSae.Autoencoders.Kinds;

/// <summary>All kinds of autoencoders that are known: ours, and those that a program registers. Thread-safe.</summary>
public static class AutoencoderKinds
{
    private static readonly ConcurrentDictionary<string, AutoencoderKind> Known = new(StringComparer.OrdinalIgnoreCase);

    static AutoencoderKinds()
    {
        Register(TopKAutoencoder.Definition);
        Register(ReluAutoencoder.Definition);
        Register(GatedAutoencoder.Definition);
        Register(JumpReluAutoencoder.Definition);
        Register(BatchTopKAutoencoder.Definition);
        Register(MatryoshkaBatchTopKAutoencoder.Definition);
    }

    /// <summary>The kinds, by name.</summary>
    public static IReadOnlyList<AutoencoderKind> All => [.. Known.Values.OrderBy(kind => kind.Name, StringComparer.Ordinal)];

    /// <summary>
    /// Makes a kind known. A program that loads bundles or models with a kind of its own calls this first, once; a second call with the
    /// same kind changes nothing.
    /// </summary>
    /// <exception cref="ArgumentException">Another kind has the name, or is read for the same architecture of SAELens.</exception>
    public static void Register(AutoencoderKind kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentException.ThrowIfNullOrWhiteSpace(kind.Name);
        if (kind.SaeLens is { IsRead: true } form && All.Any(other => other.Name != kind.Name && other.SaeLens is { IsRead: true } read && read.Architecture == form.Architecture))
        {
            throw new ArgumentException($"SAELens's architecture '{form.Architecture}' is read as another kind already. Set IsRead to false in the SaeLens form of {kind.GetType().FullName}.", nameof(kind));
        }

        var known = Known.GetOrAdd(kind.Name, kind);
        if (known.GetType() != kind.GetType())
        {
            throw new ArgumentException($"The name '{kind.Name}' belongs to {known.GetType().FullName}. Give {kind.GetType().FullName} another one.", nameof(kind));
        }
    }

    /// <summary>The kind of a name, whatever its case; null where none has it.</summary>
    public static AutoencoderKind? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>The names of all kinds, for messages.</summary>
    internal static string Names => string.Join(", ", All.Select(kind => kind.Name));
}
