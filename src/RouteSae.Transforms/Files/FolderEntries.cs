using System.Runtime.InteropServices;

namespace RouteSae.Files;

/// <summary>The names in a folder, which a renaming changes: on Unix they reach the disk apart from the files.</summary>
internal static partial class FolderEntries
{
    private const int ReadOnly = 0;

    /// <summary>Writes the names of a folder to the disk, so that a renaming outlives a power failure. Does nothing where that is not possible.</summary>
    public static void Flush(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var descriptor = Open(folder, ReadOnly);
        if (descriptor >= 0)
        {
            _ = Synchronize(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
