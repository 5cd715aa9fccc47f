namespace RouteSae.Files;

/// <summary>
/// Writes folders that appear complete or not at all. Replacing one takes two renames; between them there is none of that name,
/// and a crash just there leaves the old one as <c>NAME.….old</c>.
/// </summary>
internal static class AtomicFolder
{
    /// <summary>Fills a temporary folder beside the target and then moves it there.</summary>
    /// <param name="folder">The target.</param>
    /// <param name="replaceIfContains">An existing target is replaced when it holds a file of this name, or nothing at all.</param>
    /// <param name="fill">Writes the files into the folder that it is given, and flushes them.</param>
    /// <exception cref="IOException">The target exists and holds other things.</exception>
    public static void Write(string folder, string replaceIfContains, Action<string> fill)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        CheckReplaceable(target, replaceIfContains);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            CheckReplaceable(target, replaceIfContains);
            Swap(temporary, target);
        }
        finally
        {
            // Gone after the renaming; after an error this removes what was written.
            DeleteIfPossible(temporary);
        }
    }

    private static void CheckReplaceable(string target, string marker)
    {
        if (File.Exists(target))
        {
            throw new IOException($"'{target}' is a file; a folder is to be written there.");
        }

        if (Directory.Exists(target) && !File.Exists(Path.Combine(target, marker)) && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw new IOException($"'{target}' exists, is not empty and has no {marker}; it is left as it is. Choose another folder.");
        }
    }

    private static void Swap(string temporary, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(temporary, target);
            return;
        }

        var old = $"{target}.{Guid.NewGuid():N}.old";
        Directory.Move(target, old);
        try
        {
            Directory.Move(temporary, target);
        }
        catch
        {
            Directory.Move(old, target);
            throw;
        }

        DeleteIfPossible(old);
    }

    // The new folder is in its place, or an error is on its way: rubbish that stays is no reason to fail or to hide the error.
    private static void DeleteIfPossible(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
