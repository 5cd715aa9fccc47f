using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using RouteSae.MLNet.Models;

namespace RouteSae.MLNet.Experiments;

/// <summary>
/// The networks of an experiment: one for all trials whose options ask for the same network, with what it computed of each text.
/// The only place here that knows how features are shared. Disposing frees all networks that no model of the user holds.
/// </summary>
internal sealed class SharedModels(IHost host, string textColumn, int cacheMegabytes, Func<IHost, RouteSaeOptions, FeatureModel> open) : IDisposable
{
    private const string Features = "RouteSaeExperimentFeatures";

    private readonly Dictionary<string, FeatureModel> _opened = [];
    private readonly Dictionary<string, FeatureModel> _trained = [];

    /// <summary>Opens the bundle that the options name, so that what is missing is said before any work.</summary>
    public FeatureModel Open(RouteSaeOptions options)
    {
        var key = Key(options, withTraining: false);
        if (!_opened.TryGetValue(key, out var model))
        {
            model = Keep(open(host, Cached(options)));
            _opened.Add(key, model);
        }

        return model;
    }

    /// <summary>The network of these options, trained first where they ask for it, once, on <paramref name="trainOn"/>.</summary>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public FeatureModel Model(RouteSaeOptions options, IDataView trainOn, CancellationToken cancellationToken)
    {
        if (options.Training is not { } training)
        {
            return Open(options);
        }

        var key = Key(options, withTraining: true);
        if (!_trained.TryGetValue(key, out var model))
        {
            var trained = FeatureModelTraining.Train(host, Open(options).Bundle, training, options.Seed, trainOn, textColumn, cancellationToken);
            model = Keep(FeatureModelLoader.Load(host, trained, Cached(options)));
            _trained.Add(key, model);
        }

        return model;
    }

    /// <summary>An estimator over a network that others use as well.</summary>
    public RouteSaeEstimator Estimator(MLContext ml, string output, RouteSaeOptions options, FeatureModel model) => new(ml, output, textColumn, options, model);

    /// <summary>Runs a network on all texts that it has not seen yet.</summary>
    /// <param name="model">The network.</param>
    /// <param name="options">The options of a trial that uses it.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="encoded">Called now and then with the number of texts so far.</param>
    /// <param name="cancellationToken">Stops between two windows of rows.</param>
    public void Encode(FeatureModel model, RouteSaeOptions options, IEnumerable<IDataView> texts, Action<long> encoded, CancellationToken cancellationToken)
    {
        using var transformer = new RouteSaeTransformer(Features, textColumn, options, model, FittedFeatures.Nothing);
        var count = 0L;
        foreach (var view in texts.Select(transformer.Transform))
        {
            var column = view.Schema[Features];
            using var cursor = view.GetRowCursor([column]);
            var getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> value = default;
            while (cursor.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                getter(ref value);
                if (++count % options.BatchSize == 0)
                {
                    encoded(count);
                }
            }
        }

        encoded(count);
        if (model.Cache is { IsFull: true })
        {
            model.Warn("The experiment's cache is full: the network runs again for the texts that do not fit, in every trial. Raise RouteSaeExperimentOptions.CacheMegabytes.");
        }
    }

    public void Dispose()
    {
        foreach (var model in _opened.Values.Concat(_trained.Values).Distinct())
        {
            model.Featurizer.RemoveOwner();
            model.Cache?.Clear();
        }
    }

    private RouteSaeOptions Cached(RouteSaeOptions options)
    {
        var cached = options.Copy();
        cached.CacheMegabytes = cacheMegabytes;
        return cached;
    }

    private static FeatureModel Keep(FeatureModel model)
    {
        model.Featurizer.AddOwner();
        return model;
    }

    /// <summary>What decides which codes a network gives a text.</summary>
    private static string Key(RouteSaeOptions options, bool withTraining) => JsonSerializer.Serialize(new
    {
        options.Model,
        options.MaxTokens,
        options.Precision,
        options.TokensPerBatch,
        HasMean = options.RoutedColumnName is not null,
        Training = withTraining ? options.Training : null,
        Seed = withTraining ? options.Seed : null,
    });
}
