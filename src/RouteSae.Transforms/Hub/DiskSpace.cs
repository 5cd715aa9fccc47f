namespace RouteSae.Hub;

/// <summary>Says in advance, or afterwards, that a disk is too small.</summary>
internal static class DiskSpace
{
    private const string Advice = "Make room, or set HF_HUB_CACHE (or HubOptions.CacheFolder) to a folder that can be written.";

    /// <exception cref="HubException">Fewer bytes are free than are needed.</exception>
    public static void Check(string path, long needed, string what)
    {
        if (FindFree(path) is { } free && free < needed)
        {
            throw new HubException(HubFailure.Storage, $"{what} needs {needed} more bytes, but {free} are free at {Path.GetDirectoryName(path)}. {Advice}");
        }
    }

    /// <summary>The failure of writing into a cache.</summary>
    public static HubException Failure(string cacheFolder, Exception cause) => new(
        HubFailure.Storage,
        IsFull(cause)
            ? $"The disk of the cache {cacheFolder} is full. What has been downloaded stays and is gone on from. {Advice}"
            : $"The cache {cacheFolder} cannot be used: {cause.Message.TrimEnd('.')}. {Advice}",
        cause);

    private static long? FindFree(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Network shares have no answer; then writing shows it.
            return null;
        }
    }

    // ENOSPC and EDQUOT; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
    private static bool IsFull(Exception failure) => OperatingSystem.IsWindows()
        ? failure.HResult is unchecked((int)0x80070027) or unchecked((int)0x80070070)
        : failure.HResult is 28 or 69 or 122;
}
