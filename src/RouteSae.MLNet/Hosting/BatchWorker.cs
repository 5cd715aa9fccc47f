using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace RouteSae.MLNet.Hosting;

/// <summary>
/// Takes batches from the queue and runs them, one after the other, on a thread of its own: the network is parallel inside, and its
/// native threads belong to the thread that calls it.
/// </summary>
internal sealed class BatchWorker<TInput, TOutput>(
    RequestQueue<TInput, TOutput> queue, ModelSlot<TInput, TOutput> slot, PredictorMetrics metrics, ILogger logger)
    where TInput : class, new()
    where TOutput : class, new()
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    /// <summary>Ends when the queue is closed and empty.</summary>
    public Task Ended => _ended.Task;

    public bool IsStarted => _started != 0;

    /// <summary>Starts the thread, once. A model must be in the slot.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            new Thread(Work) { IsBackground = true, Name = "RouteSae predictor" }.Start();
        }
    }

    private void Work()
    {
        while (queue.Take() is { } batch)
        {
            Run([.. batch.Where(request => !request.IsOver)]);
        }

        _ended.SetResult();
    }

    private void Run(PredictionRequest<TInput, TOutput>[] batch)
    {
        if (batch.Length == 0)
        {
            return;
        }

        if (slot.Use() is not { } model)
        {
            PredictionRejectedException.Reject(batch, PredictionRejectedException.Stopping); // the time for stopping is over
            return;
        }

        var clock = Stopwatch.GetTimestamp();
        Array.ForEach(batch, request => metrics.Waited(Stopwatch.GetElapsedTime(request.Enqueued, clock)));
        try
        {
            Answer(model, batch);
        }
        finally
        {
            model.Release();
            metrics.Ran(batch.Length, batch.Sum(request => request.Tokens), Stopwatch.GetElapsedTime(clock));
        }
    }

    // An input that the model cannot digest must not take the others of its batch with it.
    private void Answer(ServedModel<TInput, TOutput> model, PredictionRequest<TInput, TOutput>[] batch)
    {
        try
        {
            var outputs = model.Predict(Array.ConvertAll(batch, request => request.Input));
            for (var i = 0; i < batch.Length; i++)
            {
                Finish(model, batch[i], outputs[i]);
            }
        }
        catch (Exception exception) when (batch.Length > 1)
        {
            HostingLog.BatchFailed(logger, exception, batch.Length);
            foreach (var request in batch.Where(request => !request.IsOver))
            {
                Answer(model, [request]);
            }
        }
        catch (Exception exception)
        {
            batch[0].TryFail(exception);
        }
    }

    private static void Finish(ServedModel<TInput, TOutput> model, PredictionRequest<TInput, TOutput> request, TOutput output)
    {
        if (!request.IsOver)
        {
            request.TrySucceed(new(output, request.ExplainedFeatures is { } features ? model.Explain(request.Input, features) : null));
        }
    }
}
