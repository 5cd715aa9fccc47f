namespace RouteSae.Bundles;

/// <summary>Where the files of a bundle lie: a folder, an ML.NET model, a data package.</summary>
public interface IBundleFiles
{
    /// <summary>The place, for messages: a folder's path, or a description.</summary>
    string Location { get; }

    /// <summary>The names of all files, with forward slashes: <c>bundle.json</c>, <c>model/config.json</c>.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Opens a file for reading. May be called from several threads.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    Stream Open(string name);

    /// <summary>The path of a file that lies on disk and can be mapped into memory; null where it does not.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    string? FindPath(string name) => null;
}
