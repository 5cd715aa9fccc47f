namespace RouteSae.MLNet.Hosting;

/// <summary>Takes inputs in from any thread: counts their tokens, queues them or rejects them, and waits for the answers.</summary>
internal sealed class RequestIntake<TInput, TOutput>(
    RequestQueue<TInput, TOutput> queue, ModelSlot<TInput, TOutput> slot, ModelService<TInput, TOutput> models, PredictorMetrics metrics)
    where TInput : class, new()
    where TOutput : class, new()
{
    /// <summary>Waits for the answers to all of the inputs.</summary>
    public async Task<PredictionResult<TOutput>[]> AskAsync(IReadOnlyList<TInput> inputs, int? explainedFeatures, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var requests = Requests(inputs, explainedFeatures);
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

    private PredictionRequest<TInput, TOutput>[] Requests(IReadOnlyList<TInput> inputs, int? explainedFeatures)
    {
        var model = slot.Use();
        try
        {
            return [.. inputs.Select(input => new PredictionRequest<TInput, TOutput>(input, model?.CountTokens(input) ?? 0, explainedFeatures))];
        }
        finally
        {
            model?.Release();
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

    /// <summary>Rejects what waits when no model could be loaded: the first load may fail while inputs wait for it.</summary>
    public void RejectWaitingWithoutModel()
    {
        if (models.Status is { State: ServingState.Unhealthy, Message: var why })
        {
            PredictionRejectedException.Reject(queue.Clear(), () => PredictionRejectedException.NoModel(why));
        }
    }

    private static string Outcome(Task<PredictionResult<TOutput>> result) => result.Status switch
    {
        TaskStatus.RanToCompletion => "ok",
        TaskStatus.Canceled => "cancelled",
        _ => result.Exception?.InnerException is PredictionRejectedException ? "rejected" : "failed",
    };
}
