using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace RouteSae.MLNet.Hosting;

/// <summary>The instruments of one predictor. Their names are documented in docs/hosting.md.</summary>
internal sealed class PredictorMetrics : IDisposable
{
    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };

    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024, 4096] };

    private readonly ILogger _logger;
    private readonly Meter? _ownMeter;
    private readonly KeyValuePair<string, object?> _model;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _rejections;
    private readonly Counter<long> _loads;
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<int> _batchTokens;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _run;
    private int _complained;

    public PredictorMetrics(IMeterFactory? factory, string modelName, Func<int> queueLength, ILogger logger)
    {
        _logger = logger;
        _ownMeter = factory is null ? new Meter(RouteSaeMeter.Name) : null;
        var meter = factory?.Create(RouteSaeMeter.Name) ?? _ownMeter!;
        _model = new("model", modelName);
        _requests = meter.CreateCounter<long>("routesae.requests", "{input}", "Inputs that were taken, by outcome: ok, failed, cancelled, rejected.");
        _rejections = meter.CreateCounter<long>("routesae.rejections", "{input}", "Inputs that were not taken, by reason: queue_full, no_model, stopping.");
        _loads = meter.CreateCounter<long>("routesae.model.loads", "{load}", "Loads of the model file, by outcome: ok, failed.");
        _batchSize = meter.CreateHistogram("routesae.batch.size", "{input}", "Inputs in one run of the model.", tags: null, Sizes);
        _batchTokens = meter.CreateHistogram("routesae.batch.tokens", "{token}", "Tokens in one run of the model.", tags: null, Sizes);
        _wait = meter.CreateHistogram("routesae.wait.duration", "s", "From arrival to the start of the run.", tags: null, Seconds);
        _run = meter.CreateHistogram("routesae.run.duration", "s", "One run of the model.", tags: null, Seconds);
        meter.CreateObservableGauge("routesae.queue.length", () => new Measurement<int>(queueLength(), _model), "{input}", "Inputs that wait.");
    }

    public void Finished(string outcome) => Record(() => _requests.Add(1, _model, new("outcome", outcome)));

    public void Rejected(RejectionReason reason, int inputs) => Record(() => _rejections.Add(inputs, _model, new("reason", reason switch
    {
        RejectionReason.QueueFull => "queue_full",
        RejectionReason.NoModel => "no_model",
        _ => "stopping",
    })));

    public void Loaded(bool succeeded) => Record(() => _loads.Add(1, _model, new("outcome", succeeded ? "ok" : "failed")));

    public void Waited(TimeSpan time) => Record(() => _wait.Record(time.TotalSeconds, _model));

    public void Ran(int inputs, int tokens, TimeSpan time)
    {
        Record(() => _batchSize.Record(inputs, _model));
        Record(() => _batchTokens.Record(tokens, _model));
        Record(() => _run.Record(time.TotalSeconds, _model));
    }

    public void Dispose() => _ownMeter?.Dispose();

    // Listeners run on the thread that measures; what they throw is not the trouble of those who wait for answers.
    private void Record(Action measure)
    {
        try
        {
            measure();
        }
        catch (Exception exception)
        {
            if (Interlocked.Exchange(ref _complained, 1) == 0)
            {
                HostingLog.ListenerFailed(_logger, exception);
            }
        }
    }
}
