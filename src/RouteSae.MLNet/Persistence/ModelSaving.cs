using RouteSae.Files;

namespace Microsoft.ML;

/// <summary>Saves models so that a file is the old model or the new one, whatever happens.</summary>
public static class ModelSaving
{
    /// <summary>
    /// Saves a model as <see cref="ModelOperationsCatalog.Save(ITransformer, DataViewSchema, string)"/> does, but to a temporary file in the
    /// same folder, which is flushed to the disk and then renamed: a process that is killed while it saves, or a full disk, leaves the old
    /// file as it was. Any model, with or without a RouteSae column.
    /// </summary>
    /// <param name="catalog">The catalogue, <c>mlContext.Model</c>.</param>
    /// <param name="model">The model.</param>
    /// <param name="inputSchema">The schema of its input; null if it is not to be saved.</param>
    /// <param name="path">The file; its folder must exist. A link is followed. Permissions of an existing file stay.</param>
    /// <exception cref="IOException">The file cannot be written; what was there stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow it; what was there stays.</exception>
    public static void SaveAtomically(this ModelOperationsCatalog catalog, ITransformer model, DataViewSchema? inputSchema, string path)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        AtomicFile.Write(target, stream => catalog.Save(model, inputSchema, stream));
    }
}
