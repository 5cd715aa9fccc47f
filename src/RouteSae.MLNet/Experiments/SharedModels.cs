using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using RouteSae.Bundles;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Experiments;

/// <summary>
/// The networks of an experiment: one for all trials whose options ask for the same network, with what it computed of each text. All
/// texts' codes share one budget. The only place here that knows how features are shared. Disposing frees all networks that no model
/// of the user holds.
/// </summary>
internal sealed class SharedModels(IHost host, string textColumn, int cacheMegabytes, Func<IHost, RouteSaeOptions, FeatureModel> open) : IDisposable
{
    private const string Features = "RouteSaeExperimentFeatures";

    private readonly CacheBudget _budget = new((long)cacheMegabytes << 20);
    private readonly Dictionary<string, BundleManifest> _manifests = []; // by the folder of the bundle
    private readonly Dictionary<string, FeatureModel> _networks = [];

    /// <summary>What the bundle that the options name says of itself. Opens it, so that what is missing is said before any work.</summary>
    public BundleManifest Manifest(RouteSaeOptions options)
    {
        if (!_manifests.TryGetValue(options.Model ?? "", out var manifest))
        {
            var model = Load(options);
            manifest = model.Bundle.Manifest;
            _manifests.Add(options.Model ?? "", manifest);
            Keep(Network(options, trained: false), model);
        }

        return manifest;
    }

    /// <summary>Names the network of these options: trials whose options give the same name share one.</summary>
    public string Network(RouteSaeOptions options) => Network(options, trained: options.Training is not null);

    /// <summary>The network of these options, trained first where they ask for it, once, on <paramref name="trainOn"/>.</summary>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    public FeatureModel Model(RouteSaeOptions options, IDataView trainOn, CancellationToken cancellationToken)
    {
        var name = Network(options);
        return _networks.TryGetValue(name, out var known) ? known
            : Keep(name, options.Training is { } training ? Train(options, training, trainOn, cancellationToken) : Load(options));
    }

    /// <summary>Whether a network has not been given up.</summary>
    public bool Holds(FeatureModel model) => _networks.ContainsValue(model);

    /// <summary>Gives up all networks but these, and what they computed.</summary>
    public void KeepOnly(IReadOnlySet<string> networks)
    {
        foreach (var name in _networks.Keys.Where(name => !networks.Contains(name)).ToArray())
        {
            _networks.Remove(name, out var model);
            model!.Featurizer.RemoveOwner();
            model.Cache?.Clear();
        }
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

    public void Dispose() => KeepOnly(new HashSet<string>());

    private FeatureModel Train(RouteSaeOptions options, RouteSaeTrainingOptions training, IDataView trainOn, CancellationToken cancellationToken)
    {
        var name = Network(options, trained: false);
        var start = _networks.TryGetValue(name, out var known) ? known : Keep(name, Load(options));
        var trained = FeatureModelTraining.Train(host, start.Bundle, training, options.Seed, trainOn, textColumn, cancellationToken);
        return WithCache(FeatureModelLoader.Load(host, trained, Uncached(options)));
    }

    private FeatureModel Load(RouteSaeOptions options) => WithCache(open(host, Uncached(options)));

    private FeatureModel WithCache(FeatureModel model) => cacheMegabytes == 0 ? model : model with { Cache = new CodesCache(_budget) };

    private FeatureModel Keep(string name, FeatureModel model)
    {
        model.Featurizer.AddOwner();
        _networks.Add(name, model);
        return model;
    }

    private static RouteSaeOptions Uncached(RouteSaeOptions options)
    {
        var uncached = options.Copy();
        uncached.CacheMegabytes = 0;
        return uncached;
    }

    /// <summary>What decides which codes a network gives a text.</summary>
    private string Network(RouteSaeOptions options, bool trained)
    {
        var context = _manifests[options.Model ?? ""].ContextLength;
        return JsonSerializer.Serialize(new
        {
            options.Model,
            MaxTokens = Math.Min(options.MaxTokens ?? context, context),
            options.Precision,
            options.TokensPerBatch,
            HasMean = options.RoutedColumnName is not null,
            Training = trained ? options.Training : null,
            Seed = trained ? options.Seed : null,
        });
    }
}
