namespace RouteSae.Files;

/// <summary>Writes files that are either complete or not there: a crash or an error leaves the old content.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes a temporary file in the same folder, flushes it to the disk and renames it. A file that exists is replaced
    /// and keeps its permissions; whoever has the old one open goes on reading the old one.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<Stream> write) => Write(path, write, ExistingMode(path));

    /// <summary>Writes a text as UTF-8 without a byte order mark, as <see cref="Write(string, Action{Stream})"/> does.</summary>
    public static void WriteText(string path, string text) => Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });

    /// <summary>Writes a file with these permissions, or the usual ones.</summary>
    internal static void Write(string path, Action<Stream> write, UnixFileMode? mode)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                if (mode is { } permissions && !OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(stream.SafeFileHandle, permissions);
                }

                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            // Gone after the renaming; after an error this removes what was written.
            File.Delete(temporary);
        }
    }

    private static UnixFileMode? ExistingMode(string path) =>
        OperatingSystem.IsWindows() || !File.Exists(path) ? null : File.GetUnixFileMode(path);
}
