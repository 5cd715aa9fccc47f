namespace RouteSae.MLNet.Hosting;

/// <summary>Takes inputs in from any thread: queues them or rejects them, and waits for the answers.</summary>
internal sealed class RequestIntake<TInput, TOutput>(RequestQueue<TInput, TOutput> queue, ModelService<TInput, TOutput> models, PredictorMetrics metrics)
    where TInput : class, new()
    where TOutput : class, new()
{
    /// <summary>Waits for the answers to all of the inputs.</summary>
    public async Task<PredictionResult<TOutput>[]> AskAsync(IReadOnlyList<TInput> inputs, int? explainedFeatures, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PredictionRequest<TInput, TOutput>[] requests = [.. inputs.Select(input => new PredictionRequest<TInput, TOutput>(input, explainedFeatures))];
        Enqueue(requests);
        using var cancelling = cancellationToken.Register(() => Cancel(requests, cancellationToken));
        try
        {
            return await Task.WhenAll(requests.Select(request => request.Result)).ConfigureAwait(false);
        }
        finally
        {
            Array.ForEach(requests, request => metrics.Finished(Outcome(request.Result)));
        }
    }

    /// <summary>Rejects what waits when no model could be loaded: the first load may fail while inputs wait for it.</summary>
    public void RejectWaitingWithoutModel()
    {
        if (models.Status is { State: ServingState.Unhealthy, Message: var why })
        {
            PredictionRejectedException.Reject(queue.Clear(), () => PredictionRejectedException.NoModel(why));
        }
    }

    private void Enqueue(PredictionRequest<TInput, TOutput>[] requests)
    {
        try
        {
            if (models.Status is { State: ServingState.Unhealthy, Message: var why })
            {
                throw PredictionRejectedException.NoModel(why);
            }

            queue.Add(requests);
            RejectWaitingWithoutModel();
        }
        catch (PredictionRejectedException exception)
        {
            metrics.Rejected(exception.Reason, requests.Length);
            throw;
        }
    }

    private void Cancel(PredictionRequest<TInput, TOutput>[] requests, CancellationToken token)
    {
        queue.Remove(requests);
        Array.ForEach(requests, request => request.TryCancel(token));
    }

    private static string Outcome(Task<PredictionResult<TOutput>> result) => result.Status switch
    {
        TaskStatus.RanToCompletion => "ok",
        TaskStatus.Canceled => "cancelled",
        _ => result.Exception?.InnerException is PredictionRejectedException ? "rejected" : "failed",
    };
}
