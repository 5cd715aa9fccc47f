using System.Runtime.ExceptionServices;
using RouteSae.Native;

namespace RouteSae.Features;

/// <summary>The parts of featurising that treat each text by itself (tokenising and pooling), on as many threads as the network has.</summary>
internal static class ParallelTexts
{
    /// <summary>Runs an action for each number below <paramref name="count"/>. A worker's state is made when it starts and never shared.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <remarks>The first exception of an action comes out as it was thrown.</remarks>
    public static void ForEach<TState>(int count, Func<TState> start, Action<int, TState> action, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = TorchRuntime.Threads, CancellationToken = cancellationToken };
        try
        {
            Parallel.For(0, count, options, start, Run, static _ => { });
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }

        TState Run(int item, ParallelLoopState loop, TState state)
        {
            action(item, state);
            return state;
        }
    }
}
