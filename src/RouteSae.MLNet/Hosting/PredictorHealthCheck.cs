using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RouteSae.MLNet.Hosting;

/// <summary>Healthy when the newest model answers, degraded when an older one does, and otherwise the registration's failure status.</summary>
internal sealed class PredictorHealthCheck<TInput, TOutput>(RouteSaePredictor<TInput, TOutput> predictor) : IHealthCheck
    where TInput : class, new()
    where TOutput : class, new()
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var status = predictor.Status;
        var result = status.State switch
        {
            ServingState.Healthy => HealthStatus.Healthy,
            ServingState.Degraded => HealthStatus.Degraded,
            _ => context.Registration.FailureStatus,
        };
        return Task.FromResult(new HealthCheckResult(result, status.Message, exception: null, Data(status)));
    }

    private Dictionary<string, object> Data(ServingStatus status)
    {
        var data = new Dictionary<string, object> { ["state"] = status.State.ToString(), ["queueLength"] = predictor.QueueLength };
        if (status.LoadedAt is { } loadedAt)
        {
            data["loadedAt"] = loadedAt;
        }

        return data;
    }
}
