namespace RouteSae.Files;

/// <summary>
/// Writes files that are either complete or not there: an error, a crash or a power failure leaves the old content or the new, never a
/// part of either.
/// </summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes a temporary file in the same folder, flushes it to the disk and renames it. A file that exists is replaced and keeps its
    /// permissions; whoever has the old one open goes on reading the old one. A link is replaced by the file.
    /// </summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">The file cannot be written, for example because the disk is full; the old content stays.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not allow it; the old content stays.</exception>
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
        TemporaryPath.DeleteAbandonedFiles(path);
        using var temporary = TemporaryPath.CreateFile(path);
        if (mode is { } permissions && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(temporary.Stream.SafeFileHandle, permissions);
        }

        write(temporary.Stream);
        temporary.Stream.Flush(flushToDisk: true);
        temporary.MoveTo(path);
        FolderEntries.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    private static UnixFileMode? ExistingMode(string path) =>
        OperatingSystem.IsWindows() || !File.Exists(path) ? null : File.GetUnixFileMode(path);
}
