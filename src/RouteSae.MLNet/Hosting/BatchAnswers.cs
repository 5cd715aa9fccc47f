using Microsoft.Extensions.Logging;

namespace RouteSae.MLNet.Hosting;

/// <summary>
/// Answers the requests of a batch: one run of the model for all of them, and then one for the explanations that are wanted. An input that
/// the model cannot digest, and an explanation that fails, do not take the others with them.
/// </summary>
internal sealed class BatchAnswers<TInput, TOutput>(ServedModel<TInput, TOutput> model, ILogger logger)
    where TInput : class, new()
    where TOutput : class, new()
{
    private readonly Dictionary<PredictionRequest<TInput, TOutput>, TOutput> _outputs = [];

    public void Answer(PredictionRequest<TInput, TOutput>[] batch)
    {
        Together(batch, Predict);
        Together([.. batch.Where(request => !request.IsOver)], Explain);
    }

    private void Together(PredictionRequest<TInput, TOutput>[] requests, Action<PredictionRequest<TInput, TOutput>[]> run)
    {
        try
        {
            if (requests.Length > 0)
            {
                run(requests);
            }
        }
        catch (Exception exception) when (requests.Length > 1)
        {
            HostingLog.BatchFailed(logger, exception, requests.Length);
            foreach (var request in requests.Where(request => !request.IsOver))
            {
                Together([request], run);
            }
        }
        catch (Exception exception)
        {
            requests[0].TryFail(exception);
        }
    }

    private void Predict(PredictionRequest<TInput, TOutput>[] requests)
    {
        foreach (var (request, output) in requests.Zip(model.Predict(Inputs(requests))))
        {
            _outputs[request] = output;
            if (request.ExplainedFeatures is null)
            {
                request.TrySucceed(new PredictionResult<TOutput>(output, Explanation: null));
            }
        }
    }

    private void Explain(PredictionRequest<TInput, TOutput>[] requests)
    {
        if (model.NotExplainable is { } why)
        {
            Array.ForEach(requests, request => request.TryFail(new ModelNotExplainableException(why)));
            return;
        }

        var most = requests.Max(request => request.ExplainedFeatures!.Value);
        foreach (var (request, explanation) in requests.Zip(model.Explain(Inputs(requests), most)))
        {
            var wanted = explanation with { Features = [.. explanation.Features.Take(request.ExplainedFeatures!.Value)] };
            request.TrySucceed(new PredictionResult<TOutput>(_outputs[request], wanted));
        }
    }

    private static TInput[] Inputs(PredictionRequest<TInput, TOutput>[] requests) => Array.ConvertAll(requests, request => request.Input);
}
