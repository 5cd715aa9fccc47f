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
    private long _tokens;
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
                _tokens += request.Tokens;
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
                    Unlink(node);
                }

                node = next;
            }
        }
    }

    /// <summary>Waits for the next batch. Null when the queue is closed and empty.</summary>
    public IReadOnlyList<PredictionRequest<TInput, TOutput>>? Take()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_waiting.First is { } first)
                {
                    var left = options.MaxBatchDelay - Stopwatch.GetElapsedTime(first.Value.Enqueued);
                    if (_closed || IsEnough() || left <= TimeSpan.Zero)
                    {
                        return TakeFront();
                    }

                    Monitor.Wait(_gate, Math.Max(1, (int)left.TotalMilliseconds));
                }
                else if (_closed)
                {
                    return null;
                }
                else
                {
                    Monitor.Wait(_gate);
                }
            }
        }
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
            _tokens = 0;
            return all;
        }
    }

    private bool IsEnough() => _waiting.Count >= options.MaxBatchSize || _tokens >= options.MaxBatchTokens;

    private List<PredictionRequest<TInput, TOutput>> TakeFront()
    {
        var batch = new List<PredictionRequest<TInput, TOutput>>();
        long tokens = 0;
        while (_waiting.First is { } node && batch.Count < options.MaxBatchSize
            && (batch.Count == 0 || tokens + node.Value.Tokens <= options.MaxBatchTokens))
        {
            batch.Add(node.Value);
            tokens += node.Value.Tokens;
            Unlink(node);
        }

        return batch;
    }

    private void Unlink(LinkedListNode<PredictionRequest<TInput, TOutput>> node)
    {
        _waiting.Remove(node);
        _tokens -= node.Value.Tokens;
    }
}
