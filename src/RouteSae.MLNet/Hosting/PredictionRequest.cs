using System.Diagnostics;

namespace RouteSae.MLNet.Hosting;

/// <summary>One input on its way through the queue.</summary>
internal sealed class PredictionRequest<TInput, TOutput>(TInput input, int? explainedFeatures)
{
    private readonly TaskCompletionSource<PredictionResult<TOutput>> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TInput Input => input;

    /// <summary>What it costs; null until the worker has counted.</summary>
    public int? Tokens { get; set; }

    /// <summary>How many features are to be explained; null for a prediction alone.</summary>
    public int? ExplainedFeatures => explainedFeatures;

    public long Enqueued { get; } = Stopwatch.GetTimestamp();

    public Task<PredictionResult<TOutput>> Result => _result.Task;

    public bool IsOver => _result.Task.IsCompleted;

    public bool TrySucceed(PredictionResult<TOutput> result) => _result.TrySetResult(result);

    public bool TryFail(Exception exception) => _result.TrySetException(exception);

    public bool TryCancel(CancellationToken token) => _result.TrySetCanceled(token);
}
