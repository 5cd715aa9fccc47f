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
    private readonly LoadingThread _loading = new();
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stop;
    private readonly Lock _gate = new();
    private ModelFileStamp? _tried;
    private volatile ServingStatus _status = new(ServingState.Loading, "The model is being loaded.", LoadedAt: null);

    public ModelService(RouteSaeHostingOptions options, ModelSlot<TInput, TOutput> slot, PredictorMetrics metrics, ILogger logger) =>
        (_options, _slot, _metrics, _logger, _stop) = (options, slot, metrics, logger, _stopping.Token);

    public ServingStatus Status => _status;

    public bool IsStopped => _stop.IsCancellationRequested;

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
            while (_options.WatchModel && await timer.WaitForNextTickAsync(_stop).ConfigureAwait(false))
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
        catch (OperationCanceledException) when (IsStopped)
        {
            // The predictor is being stopped.
        }
        catch (Exception exception)
        {
            HostingLog.WatchingFailed(_logger, exception);
        }
    }

    /// <summary>Loads the file as it is now and puts it into service.</summary>
    /// <exception cref="ModelLoadException">It cannot be used; the model before it goes on answering.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, or the predictor has been stopped.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _stop.ThrowIfCancellationRequested();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop);
        await _oneAtATime.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            _tried = ModelFileStamp.Read(_options.ModelPath);
            var model = await _loading.RunAsync(() => ModelLoading.Load<TInput, TOutput>(Context(), _options.ModelPath, freed: FreedMemory.Return)).ConfigureAwait(false);
            Accept(model);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var refused = exception as ModelLoadException
                ?? new ModelLoadException($"The model file '{_options.ModelPath}' could not be loaded: {exception.Message}", exception);
            Refuse(refused);
            FreedMemory.Return(); // what was read of it
            throw refused;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    /// <summary>Loads nothing more. What a load that is under way brings is not used.</summary>
    public Task StopAsync()
    {
        Say(new ServingStatus(ServingState.Stopped, "The predictor has been stopped.", LoadedAt: null));
        return _stopping.CancelAsync();
    }

    /// <summary>Waits for the end of a load that is under way.</summary>
    public async Task IdleAsync()
    {
        await _oneAtATime.WaitAsync().ConfigureAwait(false);
        _oneAtATime.Release();
    }

    /// <summary>Frees what it holds when no load is under way any more, without waiting for that.</summary>
    public void Dispose() => _ = IdleAsync().ContinueWith(
        _ =>
        {
            _stopping.Dispose();
            _oneAtATime.Dispose();
            _loading.Dispose();
        },
        TaskScheduler.Default);

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
        if (!_slot.TryReplace(model))
        {
            throw new OperationCanceledException(_stop);
        }

        _metrics.Loaded(succeeded: true);
        HostingLog.ModelLoaded(_logger, _options.ModelPath);
        Say(new ServingStatus(ServingState.Healthy, "The model answers.", model.LoadedAt));
    }

    private void Refuse(ModelLoadException exception)
    {
        _metrics.Loaded(succeeded: false);
        if (_slot.LoadedAt is { } loadedAt)
        {
            HostingLog.ReloadFailed(_logger, exception);
            Say(new ServingStatus(ServingState.Degraded, $"The model loaded at {loadedAt:u} goes on answering. {exception.Message}", loadedAt));
        }
        else
        {
            HostingLog.FirstLoadFailed(_logger, exception);
            Say(new ServingStatus(ServingState.Unhealthy, exception.Message, LoadedAt: null));
        }
    }

    // After the metrics and the log, so that whoever sees a status finds them there. Stopped is the last word.
    private void Say(ServingStatus status)
    {
        lock (_gate)
        {
            _status = _status.State == ServingState.Stopped ? _status : status;
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
