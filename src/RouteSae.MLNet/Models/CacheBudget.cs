namespace RouteSae.MLNet.Models;

/// <summary>The bytes that one or several caches may take together. Thread-safe.</summary>
internal sealed class CacheBudget(long bytes)
{
    private long _used;

    /// <summary>Takes so many bytes, where they are still there.</summary>
    public bool TryTake(long size)
    {
        if (Interlocked.Add(ref _used, size) <= bytes)
        {
            return true;
        }

        GiveBack(size);
        return false;
    }

    public void GiveBack(long size) => Interlocked.Add(ref _used, -size);
}
