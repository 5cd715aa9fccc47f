namespace RouteSae.Files;

/// <summary>
/// Writes folders that appear complete or not at all. On Linux the new folder and the old change places in one step. Elsewhere replacing
/// takes two renames, and a crash between them leaves the old folder as <c>NAME.….old</c>, which the next writer puts back.
/// </summary>
internal static class AtomicFolder
{
    private const string New = ".tmp";
    private const string Old = ".old";
    private const string Lock = ".lock";

    /// <summary>Fills a temporary folder beside the target and then moves it there.</summary>
    /// <param name="folder">The target.</param>
    /// <param name="replaceIfContains">An existing target is replaced when it holds a file of this name, or nothing at all.</param>
    /// <param name="fill">Writes the files into the folder that it is given, and flushes them.</param>
    /// <exception cref="IOException">The target exists and holds other things.</exception>
    public static void Write(string folder, string replaceIfContains, Action<string> fill)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        CheckReplaceable(target, replaceIfContains);
        var parent = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(parent);
        TidyUp(target);
        using var held = TemporaryPath.CreateFile(target, Lock); // as long as it is there and locked, the folder of its name is in use
        var temporary = Path.ChangeExtension(held.Path, New);
        try
        {
            Directory.CreateDirectory(temporary);
            fill(temporary);
            CheckReplaceable(target, replaceIfContains);
            Swap(temporary, target);
            FolderEntries.Flush(parent);
        }
        finally
        {
            // Holds the old folder after a swap; after an error this removes what was written.
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

    // What killed processes have left: an old folder goes back if nothing stands in its place, the rest goes.
    private static void TidyUp(string target)
    {
        foreach (var old in TemporaryPath.Abandoned(target, Old, Directory.EnumerateDirectories))
        {
            if (Directory.Exists(target))
            {
                DeleteIfPossible(old);
            }
            else
            {
                Directory.Move(old, target);
            }
        }

        TemporaryPath.DeleteAbandonedFiles(target, Lock);
        foreach (var unfinished in TemporaryPath.Abandoned(target, New, Directory.EnumerateDirectories).Where(folder => !File.Exists(Path.ChangeExtension(folder, Lock))))
        {
            DeleteIfPossible(unfinished);
        }
    }

    private static void Swap(string temporary, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(temporary, target);
            return;
        }

        if (FolderExchange.TryExchange(temporary, target))
        {
            return;
        }

        var old = TemporaryPath.Of(target, Old);
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

    // The new folder is in place, or an exception is being thrown: a leftover folder must not cause a failure or hide that exception.
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
