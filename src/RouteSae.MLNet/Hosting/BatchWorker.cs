using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace RouteSae.MLNet.Hosting;

/// <summary>
/// Takes batches from the queue and runs them, one after the other, on a thread of its own: the network is parallel inside, and its
/// native threads belong to the thread that calls it. Whatever goes wrong there is the answer of the requests that it concerns.
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
        while (queue.Take(CountTokens) is { } batch)
        {
            try
            {
                Run([.. batch.Where(request => !request.IsOver)]);
            }
            catch (Exception exception)
            {
                batch.ForEach(request => request.TryFail(exception));
                HostingLog.WorkerFailed(logger, exception, batch.Count);
            }
        }

        _ended.SetResult();
    }

    private void CountTokens(IReadOnlyList<PredictionRequest<TInput, TOutput>> requests)
    {
        var model = slot.Use();
        try
        {
            foreach (var request in requests)
            {
                request.Tokens = model?.TryCountTokens(request.Input) ?? 0;
            }
        }
        finally
        {
            model?.Release();
        }
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
        try
        {
            Array.ForEach(batch, request => metrics.Waited(Stopwatch.GetElapsedTime(request.Enqueued, clock)));
            new BatchAnswers<TInput, TOutput>(model, logger).Answer(batch);
        }
        finally
        {
            model.Release();
            metrics.Ran(batch.Length, batch.Sum(request => request.Tokens ?? 0), Stopwatch.GetElapsedTime(clock));
        }
    }
}
