namespace RouteSae.Hub;

/// <summary>
/// A lock that processes share by a file. On Linux and macOS it is flock, on Windows the file's share mode: both also exclude Python's
/// filelock, which Hugging Face's library uses on the same files.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _stream;

    private FileLock(FileStream stream) => _stream = stream;

    /// <summary>Waits until nobody else has the lock. The operating system frees it when a process ends, however it ends.</summary>
    /// <param name="path">The file; it is made if it is not there, and stays.</param>
    /// <param name="waiting">Called once when someone else has it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<FileLock> AcquireAsync(string path, Action waiting, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
            }
            catch (IOException failure) when (IsHeld(failure))
            {
                if (attempt == 0)
                {
                    waiting();
                }
            }

            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _stream.Dispose();

    // The error codes of a sharing or lock violation on Windows, of EWOULDBLOCK on Linux and macOS.
    private static bool IsHeld(IOException failure) => OperatingSystem.IsWindows()
        ? failure.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021)
        : failure.HResult is 11 or 35;
}
