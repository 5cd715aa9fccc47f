using System.Diagnostics;

namespace RouteSae.MLNet.Hosting;

/// <summary>
/// The inputs that wait, first come first served, never more than its capacity. Callers add to it from any thread; one worker
/// takes batches from it. What is cancelled while it waits makes room at once.
/// </summary>
internal sealed class RequestQueue<TInput, TOutput>(RouteSaeHostingOptions options)
{
    private readonly object _gate = new();
    private readonly LinkedList<PredictionRequest<TInput, TOutput>> _waiting = new();
    private int _lastBatch;
    private bool _closed;

    public int Length
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Adds all of the requests, or none.</summary>
    /// <exception cref="PredictionRejectedException">There is no room, or the queue is closed.</exception>
    public void Add(IReadOnlyCollection<PredictionRequest<TInput, TOutput>> requests)
    {
        lock (_gate)
        {
            if (_closed)
            {
                throw PredictionRejectedException.Stopping();
            }

            if (_waiting.Count + requests.Count > options.QueueCapacity)
            {
                throw PredictionRejectedException.QueueFull(requests.Count, options.QueueCapacity);
            }

            foreach (var request in requests)
            {
                _waiting.AddLast(request);
            }

            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes requests away that need no answer any more; those that a worker has taken are left alone.</summary>
    public void Remove(IReadOnlyCollection<PredictionRequest<TInput, TOutput>> requests)
    {
        lock (_gate)
        {
            var gone = requests.ToHashSet();
            for (var node = _waiting.First; node is not null;)
            {
                var next = node.Next;
                if (gone.Contains(node.Value))
                {
                    _waiting.Remove(node);
                }

                node = next;
            }
        }
    }

    /// <summary>
    /// Waits for the next batch. Null when the queue is closed and empty. Only after a batch of several inputs is there reason to expect
    /// company: a caller who asks one thing after the other does not wait for it in vain.
    /// </summary>
    /// <param name="count">Counts the tokens of requests at the front; callers are not held up meanwhile.</param>
    public List<PredictionRequest<TInput, TOutput>>? Take(Action<IReadOnlyList<PredictionRequest<TInput, TOutput>>> count)
    {
        while (WaitForFront() is { } front)
        {
            if (front.Where(request => request.Tokens is null).ToList() is { Count: > 0 } uncounted)
            {
                count(uncounted);
            }
            else if (TryTakeFront(front) is { } batch)
            {
                return batch;
            }
        }

        return null;
    }

    /// <summary>Lets nothing more in. What waits is still taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes out everything that waits.</summary>
    public IReadOnlyList<PredictionRequest<TInput, TOutput>> Clear()
    {
        lock (_gate)
        {
            PredictionRequest<TInput, TOutput>[] all = [.. _waiting];
            _waiting.Clear();
            return all;
        }
    }

    /// <summary>Waits until something waits and gives what may go into the next batch. Null when the queue is closed and empty.</summary>
    private List<PredictionRequest<TInput, TOutput>>? WaitForFront()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_closed)
            {
                Monitor.Wait(_gate);
            }

            return _waiting.Count == 0 ? null : Front();
        }
    }

    /// <summary>Takes the next batch out. Null when the front is not the counted one any more, or has waited for company.</summary>
    private List<PredictionRequest<TInput, TOutput>>? TryTakeFront(List<PredictionRequest<TInput, TOutput>> counted)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0 || !Front().SequenceEqual(counted))
            {
                return null;
            }

            var left = options.MaxBatchDelay - Stopwatch.GetElapsedTime(counted[0].Enqueued);
            var isEnough = counted.Count == options.MaxBatchSize || counted.Sum(request => (long)request.Tokens!) >= options.MaxBatchTokens;
            if (!_closed && _lastBatch > 1 && !isEnough && left > TimeSpan.Zero)
            {
                Monitor.Wait(_gate, Math.Max(1, (int)left.TotalMilliseconds));
                return null;
            }

            return TakeFront();
        }
    }

    private List<PredictionRequest<TInput, TOutput>> Front() => [.. _waiting.Take(options.MaxBatchSize)];

    private List<PredictionRequest<TInput, TOutput>> TakeFront()
    {
        var batch = new List<PredictionRequest<TInput, TOutput>>();
        long tokens = 0;
        while (_waiting.First is { Value: { Tokens: { } cost } request } && batch.Count < options.MaxBatchSize
            && (batch.Count == 0 || tokens + cost <= options.MaxBatchTokens))
        {
            batch.Add(request);
            tokens += cost;
            _waiting.RemoveFirst();
        }

        _lastBatch = batch.Count;
        return batch;
    }
}
