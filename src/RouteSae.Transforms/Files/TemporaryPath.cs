using System.Collections.Concurrent;

namespace RouteSae.Files;

/// <summary>
/// A temporary file beside its target, locked while it is in use. The lock ends with the process, so an unlocked file was left by a process
/// that was killed. When this process exits before it has finished, it deletes its temporary files.
/// </summary>
internal sealed class TemporaryPath : IDisposable
{
    private const string Suffix = ".tmp";
    private const int Attempts = 5;

    private static readonly ConcurrentDictionary<string, bool> InUse = new();

    private readonly string _path;
    private bool _moved;

    static TemporaryPath() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var path in InUse.Keys)
        {
            DeleteIfPossible(path);
        }
    };

    private TemporaryPath(string path, FileStream stream) => (_path, Stream) = (path, stream);

    /// <summary>Where the file is.</summary>
    public string Path => _path;

    /// <summary>The file, for writing.</summary>
    public FileStream Stream { get; }

    /// <summary>Creates the temporary file of a target.</summary>
    public static TemporaryPath CreateFile(string target, string suffix = Suffix)
    {
        for (var attempt = 1; ; attempt++)
        {
            var path = Of(target, suffix);
            try
            {
                InUse[path] = true;
                var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
                if (attempt == Attempts || File.Exists(path))
                {
                    return new TemporaryPath(path, stream);
                }

                // Another process took it for abandoned, and deleted it, between its creation and its lock.
                stream.Dispose();
                InUse.TryRemove(path, out _);
            }
            catch (IOException) when (attempt < Attempts && File.Exists(path))
            {
                // Another process took it for abandoned before it was locked.
                InUse.TryRemove(path, out _);
                DeleteIfPossible(path);
            }
            catch
            {
                InUse.TryRemove(path, out _);
                throw;
            }
        }
    }

    /// <summary>A name beside a target that no other file or folder has.</summary>
    public static string Of(string target, string suffix = Suffix) => $"{target}.{Guid.NewGuid():N}{suffix}";

    /// <summary>Deletes the temporary files of a target that processes left which were killed.</summary>
    public static void DeleteAbandonedFiles(string target, string suffix = Suffix)
    {
        foreach (var path in Abandoned(target, suffix, Directory.EnumerateFiles))
        {
            try
            {
                using (new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None))
                {
                    File.Delete(path);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Somebody is writing it.
            }
        }
    }

    /// <summary>What stands beside a target under a name that <see cref="Of"/> gives.</summary>
    public static IReadOnlyList<string> Abandoned(string target, string suffix, Func<string, string, IEnumerable<string>> enumerate)
    {
        var full = System.IO.Path.GetFullPath(target);
        var folder = System.IO.Path.GetDirectoryName(full);
        var name = System.IO.Path.GetFileName(full);
        return folder is null || !Directory.Exists(folder)
            ? []
            : [.. enumerate(folder, "*" + suffix).Where(path => IsTemporary(System.IO.Path.GetFileName(path), name, suffix))];
    }

    /// <summary>Puts the file, which is complete, in the place of its target.</summary>
    public void MoveTo(string target)
    {
        if (OperatingSystem.IsWindows())
        {
            Stream.Dispose(); // an open file cannot be renamed there
        }

        // Elsewhere the lock is held until the file has its name: no other writer can take it for abandoned before.
        File.Move(_path, target, overwrite: true);
        _moved = true;
        Stream.Dispose();
    }

    /// <summary>Deletes the file if it was not moved.</summary>
    public void Dispose()
    {
        Stream.Dispose();
        if (!_moved)
        {
            DeleteIfPossible(_path);
        }

        InUse.TryRemove(_path, out _);
    }

    private static bool IsTemporary(string file, string target, string suffix) =>
        file.Length == target.Length + 1 + 32 + suffix.Length
        && file.StartsWith(target + ".", StringComparison.Ordinal)
        && file.AsSpan(target.Length + 1, 32).ContainsAnyExcept("0123456789abcdef") == false;

    private static void DeleteIfPossible(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next writer of the target deletes it.
        }
    }
}
