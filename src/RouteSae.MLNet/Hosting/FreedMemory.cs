using RouteSae.Native;

namespace RouteSae.MLNet.Hosting;

/// <summary>
/// The memory of a model that has been freed or refused. Left to themselves, the C library keeps what its tensors used in the heaps of the
/// threads that loaded them, and the garbage collector keeps the arrays that its file was read into: each reload would add to the process
/// until the system runs short. Reloads are rare, so one compacting collection for each costs less than the memory.
/// </summary>
internal static class FreedMemory
{
    /// <summary>Gives it back to the system, on a pool thread. Call it when the last reference to the model is gone.</summary>
    public static void Return() => ThreadPool.UnsafeQueueUserWorkItem(
        static _ =>
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            TorchRuntime.ReturnFreedMemory();
        },
        state: null);
}
