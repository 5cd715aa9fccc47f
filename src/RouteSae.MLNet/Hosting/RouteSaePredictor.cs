using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RouteSae.MLNet.Hosting;

/// <summary>
/// Predicts with a saved ML.NET model that has a RouteSae column, for any number of callers at the same time. What they ask at the same
/// time is computed together; the model is replaced when its file changes, without dropping anything.
/// </summary>
/// <remarks>
/// Registered as a singleton by <c>services.AddRouteSae</c>, and started and stopped by the host; without a host it starts at its first
/// use. Inputs must not be changed until the answer is there. Which inputs share a batch can change the last bits of a result
/// (see <see cref="Features.TextFeaturizer"/>).
/// </remarks>
/// <typeparam name="TInput">A row as the model reads it: its properties are columns.</typeparam>
/// <typeparam name="TOutput">A row as the model writes it: each of its properties must be a column of the model's output.</typeparam>
public sealed class RouteSaePredictor<TInput, TOutput> : IAsyncDisposable, IDisposable
    where TInput : class, new()
    where TOutput : class, new()
{
    private readonly ILogger _logger;
    private readonly ModelSlot<TInput, TOutput> _slot = new();
    private readonly RequestQueue<TInput, TOutput> _queue;
    private readonly PredictorMetrics _metrics;
    private readonly ModelService<TInput, TOutput> _models;
    private readonly BatchWorker<TInput, TOutput> _worker;
    private readonly RequestIntake<TInput, TOutput> _intake;
    private readonly Lazy<Task> _running;
    private readonly Lock _gate = new();
    private Task? _stopped;

    internal RouteSaePredictor(RouteSaeHostingOptions options, IMeterFactory? meters, ILogger logger)
    {
        _logger = new QuietLogger(logger);
        _queue = new RequestQueue<TInput, TOutput>(options);
        _metrics = new PredictorMetrics(meters, Path.GetFileName(options.ModelPath), () => _queue.Length, _logger);
        _models = new ModelService<TInput, TOutput>(options, _slot, _metrics, _logger);
        _worker = new BatchWorker<TInput, TOutput>(_queue, _slot, _metrics, _logger);
        _intake = new RequestIntake<TInput, TOutput>(_queue, _models, _metrics);
        _running = new Lazy<Task>(() => _models.RunAsync(Settle));
    }

    /// <summary>What the predictor can do at the moment, and why.</summary>
    public ServingStatus Status => _models.Status;

    /// <summary>The number of inputs that wait.</summary>
    public int QueueLength => _queue.Length;

    /// <summary>Predicts one input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="cancellationToken">Gives up waiting. A run that others share goes on without this input's answer.</param>
    /// <exception cref="PredictionRejectedException">The queue is full, there is no model, or the predictor is being stopped.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<TOutput> PredictAsync(TInput input, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var results = await AskAsync([input], explainedFeatures: null, cancellationToken).ConfigureAwait(false);
        return results[0].Output;
    }

    /// <summary>Predicts several inputs. Either all of them are taken or none.</summary>
    /// <param name="inputs">The inputs; more than <see cref="RouteSaeHostingOptions.QueueCapacity"/> are always rejected.</param>
    /// <param name="cancellationToken">Gives up waiting. A run that others share goes on without these inputs' answers.</param>
    /// <returns>The outputs, in the order of the inputs.</returns>
    /// <exception cref="ArgumentException">An input is null.</exception>
    /// <exception cref="PredictionRejectedException">The queue is full, there is no model, or the predictor is being stopped.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<TOutput>> PredictAsync(IReadOnlyList<TInput> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Contains(null!))
        {
            throw new ArgumentException($"Input {inputs.ToList().IndexOf(null!)} is null. Leave it out.", nameof(inputs));
        }

        var results = await AskAsync(inputs, explainedFeatures: null, cancellationToken).ConfigureAwait(false);
        return Array.ConvertAll(results, result => result.Output);
    }

    /// <summary>Predicts one input and says which features decided, and which characters of the text they fired on.</summary>
    /// <param name="input">The input.</param>
    /// <param name="features">The most features to explain with, at least 1.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ModelNotExplainableException">The decisions of this model cannot be explained.</exception>
    /// <exception cref="PredictionRejectedException">The queue is full, there is no model, or the predictor is being stopped.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<ExplainedPrediction<TOutput>> ExplainAsync(TInput input, int features = 10, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        var results = await AskAsync([input], features, cancellationToken).ConfigureAwait(false);
        return new ExplainedPrediction<TOutput>(results[0].Output, results[0].Explanation!);
    }

    /// <summary>Loads the model file as it is now. What is under way finishes with the model before it.</summary>
    /// <param name="cancellationToken">Gives up before loading has begun.</param>
    /// <exception cref="ModelLoadException">The file cannot be used. The model before it, if there was one, goes on answering.</exception>
    /// <exception cref="InvalidOperationException">The predictor has been stopped or disposed, or was while the file was being loaded.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task ReloadAsync(CancellationToken cancellationToken = default)
    {
        Start();
        try
        {
            await _models.LoadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (_models.IsStopped && !cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException("The predictor has been stopped and loads no model any more. Start the host, or make a predictor, anew.", exception);
        }

        Settle();
    }

    /// <summary>Starts loading, once.</summary>
    internal void Start() => _ = _running.Value;

    /// <summary>Takes nothing more, answers what waits, and frees the model. What waits for the first model is rejected.</summary>
    /// <param name="cancellationToken">Rejects what still waits, and does not wait any longer for a load that is under way.</param>
    internal Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _stopped ??= DrainAsync(cancellationToken);
        }
    }

    /// <summary>Takes nothing more, answers what waits, and frees the model.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _models.Dispose();
        _metrics.Dispose();
    }

    /// <summary>As <see cref="DisposeAsync"/>, and blocks until it is done.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void Settle()
    {
        if (_slot.LoadedAt is not null)
        {
            _worker.Start();
        }

        _intake.RejectWaitingWithoutModel();
    }

    private Task<PredictionResult<TOutput>[]> AskAsync(IReadOnlyList<TInput> inputs, int? explainedFeatures, CancellationToken cancellationToken)
    {
        Start();
        return _intake.AskAsync(inputs, explainedFeatures, cancellationToken);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        HostingLog.Draining(_logger, _queue.Length);
        _queue.Close();
        await _models.StopAsync().ConfigureAwait(false);
        var timeIsOver = Task.Delay(Timeout.Infinite, cancellationToken);
        if (_slot.LoadedAt is not null)
        {
            _worker.Start();
            await Task.WhenAny(_worker.Ended, timeIsOver).ConfigureAwait(false);
        }

        var late = _queue.Clear();
        if (late.Count > 0)
        {
            HostingLog.DrainCutShort(_logger, late.Count);
            PredictionRejectedException.Reject(late, PredictionRejectedException.Stopping);
        }

        _slot.Close();
        await Task.WhenAny(_models.IdleAsync(), timeIsOver).ConfigureAwait(false);
    }
}
