using System.Runtime.ExceptionServices;
using RouteSae.Native;

namespace RouteSae.Kernels;

/// <summary>Runs a body over ranges of rows on as many threads as libtorch uses. The calling thread takes part, so that it ends even when no other thread is free.</summary>
internal sealed class KernelLoop
{
    private readonly int _count;
    private readonly int _grain;
    private readonly Action<int, int> _body;
    private readonly Lock _failing = new();
    private ExceptionDispatchInfo? _failure;
    private int _failed;
    private int _next;
    private int _done;

    private KernelLoop(int count, int grain, Action<int, int> body) => (_count, _grain, _body) = (count, grain, body);

    /// <summary>Calls <paramref name="body"/> with ranges [first, end) that cover 0 to <paramref name="count"/>.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="grain">Rows of a range, the last one and a single-threaded run apart.</param>
    /// <param name="body">Called on several threads at once. Where several ranges fail, the first one's exception is thrown, as on one thread.</param>
    public static void For(int count, int grain, Action<int, int> body)
    {
        var threads = Math.Min(TorchRuntime.Threads, (count + grain - 1) / grain);
        if (threads > 1)
            new KernelLoop(count, grain, body).Run(threads);
        else if (count > 0)
            body(0, count);
    }

    private void Run(int threads)
    {
        for (var i = 1; i < threads; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static loop => loop.Work(), this, preferLocal: false);
        Work();
        var wait = new SpinWait();
        while (Volatile.Read(ref _done) < _count)
            wait.SpinOnce(sleep1Threshold: -1);
        _failure?.Throw();
    }

    private void Work()
    {
        while (true)
        {
            var first = Interlocked.Add(ref _next, _grain) - _grain;
            if (first >= _count)
                return;
            var end = Math.Min(_count, first + _grain);
            try
            {
                _body(first, end);
            }
            catch (Exception exception)
            {
                Keep(exception, first);
            }
            Interlocked.Add(ref _done, end - first);
        }
    }

    private void Keep(Exception exception, int first)
    {
        lock (_failing)
        {
            if (_failure is null || first < _failed)
                (_failure, _failed) = (ExceptionDispatchInfo.Capture(exception), first);
        }
    }
}
