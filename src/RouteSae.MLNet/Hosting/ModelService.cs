using Microsoft.Extensions.Logging;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace RouteSae.MLNet.Hosting;

/// <summary>Loads the model, watches its file, and says how things stand.</summary>
internal sealed class ModelService<TInput, TOutput> : IDisposable
    where TInput : class, new()
    where TOutput : class, new()
{
    private readonly RouteSaeHostingOptions _options;
    private readonly ModelSlot<TInput, TOutput> _slot;
    private readonly PredictorMetrics _metrics;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private ModelFileStamp? _tried;
    private volatile ServingStatus _status = new(ServingState.Loading, "The model is being loaded.", LoadedAt: null);

    public ModelService(RouteSaeHostingOptions options, ModelSlot<TInput, TOutput> slot, PredictorMetrics metrics, ILogger logger) =>
        (_options, _slot, _metrics, _logger) = (options, slot, metrics, logger);

    public ServingStatus Status => _status;

    /// <summary>Loads the first model and then, until it is stopped, each that takes its place.</summary>
    /// <param name="settled">Called after each attempt.</param>
    public async Task RunAsync(Action settled)
    {
        try
        {
            await TryLoadAsync().ConfigureAwait(false);
            settled();
            using var timer = new PeriodicTimer(_options.WatchInterval);
            ModelFileStamp? before = null;
            while (_options.WatchModel && await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                var now = ModelFileStamp.Read(_options.ModelPath);
                if (now is not null && now == before && now != _tried)
                {
                    await TryLoadAsync().ConfigureAwait(false);
                    settled();
                }

                before = now;
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The predictor is being stopped.
        }
    }

    /// <summary>Loads the file as it is now and puts it into service.</summary>
    /// <exception cref="ModelLoadException">It cannot be used; the model before it goes on answering.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await _oneAtATime.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            _tried = ModelFileStamp.Read(_options.ModelPath);
            var model = await Task.Run(() => ModelLoading.Load<TInput, TOutput>(Context(), _options.ModelPath), CancellationToken.None).ConfigureAwait(false);
            Accept(model);
        }
        catch (ModelLoadException exception)
        {
            Refuse(exception);
            throw;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Loads nothing more. Waits for a load that is under way.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        _oneAtATime.Release();
        _status = new ServingStatus(ServingState.Stopped, "The predictor has been stopped.", LoadedAt: null);
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _oneAtATime.Dispose();
    }

    private async Task TryLoadAsync()
    {
        try
        {
            await LoadAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (ModelLoadException)
        {
            // Said in the log and in the status; the next change of the file is another chance.
        }
    }

    private void Accept(ServedModel<TInput, TOutput> model)
    {
        if (_stopping.IsCancellationRequested)
        {
            model.Release();
            throw new OperationCanceledException(_stopping.Token);
        }

        _slot.Replace(model);
        _status = new ServingStatus(ServingState.Healthy, "The model answers.", model.LoadedAt);
        _metrics.Loaded(succeeded: true);
        HostingLog.ModelLoaded(_logger, _options.ModelPath);
    }

    private void Refuse(ModelLoadException exception)
    {
        _metrics.Loaded(succeeded: false);
        if (_slot.LoadedAt is { } loadedAt)
        {
            _status = new ServingStatus(ServingState.Degraded, $"The model loaded at {loadedAt:u} goes on answering. {exception.Message}", loadedAt);
            HostingLog.ReloadFailed(_logger, exception);
        }
        else
        {
            _status = new ServingStatus(ServingState.Unhealthy, exception.Message, LoadedAt: null);
            HostingLog.FirstLoadFailed(_logger, exception);
        }
    }

    private MLContext Context()
    {
        var ml = new MLContext();
        ml.Log += (_, message) =>
        {
            if (message.Kind >= ChannelMessageKind.Warning)
            {
                HostingLog.FromMlNet(_logger, message.Message);
            }
        };
        return ml;
    }
}
