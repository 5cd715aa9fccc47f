using System.Collections.Concurrent;
using RouteSae.Native;

namespace RouteSae.MLNet.Hosting;

/// <summary>
/// The one thread on which all models of a predictor are loaded. Native code keeps memory and threads for each thread that calls it: if loads
/// ran on pool threads, each might use another one and leave memory behind on it.
/// </summary>
internal sealed class LoadingThread : IDisposable
{
    private readonly BlockingCollection<Action> _loads = [];
    private int _started;

    /// <summary>Runs a load after those that were asked for before it.</summary>
    public Task<TResult> RunAsync<TResult>(Func<TResult> load)
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            new Thread(Work) { IsBackground = true, Name = "RouteSae loader" }.Start();
        }

        var task = new Task<TResult>(load);
        _loads.Add(task.RunSynchronously);
        return task;
    }

    /// <summary>Ends the thread. Nothing may be asked for afterwards.</summary>
    public void Dispose() => _loads.CompleteAdding();

    private void Work()
    {
        TorchRuntime.ReturnFreedMemory(); // sets its rules before the first model is there
        foreach (var load in _loads.GetConsumingEnumerable())
        {
            load();
        }
    }
}
