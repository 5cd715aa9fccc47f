using Microsoft.Extensions.Hosting;

namespace RouteSae.MLNet.Hosting;

/// <summary>Starts loading with the host, without holding it up, and answers what waits before the host stops.</summary>
internal sealed class PredictorHostedService<TInput, TOutput>(RouteSaePredictor<TInput, TOutput> predictor) : IHostedService
    where TInput : class, new()
    where TOutput : class, new()
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        predictor.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => predictor.StopAsync(cancellationToken);
}
