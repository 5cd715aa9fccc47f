using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.MLNet.DataViews;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Persistence;

namespace RouteSae.MLNet.Pipelines;

/// <summary>
/// Adds a column of sparse, named features of a text column. Lazy, batched and thread-safe; saved and loaded with the model around
/// it by <c>mlContext.Model</c>.
/// </summary>
/// <remarks>
/// Disposing gives up a claim on the network in memory. The fitting or loading code holds one claim and every prediction engine
/// another, and the network is freed with the last claim, so disposing one prediction engine leaves the others and the transformer
/// itself working. A transformer stays usable after it was disposed: the next use loads the network again. Claims that are never
/// given up (engines that do not own their transformer, or are disposed after the chain around it) leave the network to the garbage
/// collector.
/// </remarks>
public sealed class RouteSaeTransformer : ITransformer, IDisposable
{
    private readonly RouteSaeOptions _options;
    private readonly FeatureModel _model;
    private readonly FeaturizerOwner _featurizer;
    private readonly FittedFeatures _fitted;
    private readonly FeatureSlots _slots;
    private readonly OutputColumns _output;

    internal RouteSaeTransformer(string outputColumnName, string inputColumnName, RouteSaeOptions options, FeatureModel model, FittedFeatures fitted)
    {
        _options = options;
        _model = model;
        _fitted = fitted;
        _slots = new FeatureSlots(model.FeatureNames.Count, options, fitted);
        _featurizer = new FeaturizerOwner(model.Featurizer);
        _featurizer.Claim();
        _output = new OutputColumns(inputColumnName, [.. Columns(outputColumnName)], options.BatchSize, Encode, model.Warn);
    }

    /// <summary>The text column that is read.</summary>
    public string InputColumnName => _output.InputName;

    /// <summary>The feature column that is added.</summary>
    public string OutputColumnName => _output.Columns[0].Name;

    /// <summary>How the features of a text's tokens become one vector.</summary>
    public Pooling Pooling => _options.Pooling;

    /// <summary>The readable name of each feature, M of them.</summary>
    public IReadOnlyList<string> FeatureNames => _model.FeatureNames;

    /// <summary>
    /// What each slot of the feature column holds. Slot i is latent i, unless <see cref="RouteSaeOptions.TopFeatures"/> left latents out or
    /// <see cref="RouteSaeOptions.AdditionalPoolings"/> added slots.
    /// </summary>
    public IReadOnlyList<FeatureSlot> Slots => _slots.All;

    /// <summary>The name of each slot of the feature column.</summary>
    internal IReadOnlyList<string> SlotNames => _slots.Names(FeatureNames);

    /// <summary>Activations below it count as zero.</summary>
    internal float MinimumActivation => _options.MinimumActivation;

    /// <summary>The bundle whose features these are.</summary>
    public FeatureBundle Bundle => _model.Bundle;

    /// <summary>True: one input row makes one output row.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>Shows what each token of a text contributes to its features.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The tokens with their routed layer and active features.</returns>
    public TokenFeatures Explain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _featurizer.Use(featurizer => featurizer.Explain(text));
    }

    /// <summary>The number of tokens of a text that the network reads, special tokens included.</summary>
    /// <param name="text">The text; null and empty ones have none.</param>
    public int CountTokens(string? text) => _featurizer.Use(featurizer => featurizer.CountTokens(text));

    /// <summary>The schema after the transform.</summary>
    /// <param name="inputSchema">The input's schema.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or is not text.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new OutputBinding(inputSchema, _output).Schema;
    }

    /// <summary>Adds the columns, lazily: nothing is computed until its values are read.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or is not text.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new FeatureDataView(input, _output);
    }

    /// <summary>
    /// As <see cref="Transform"/>, for a source whose rows change and are all read each time: the first window is as large as the others, and
    /// many passes are no reason for a warning.
    /// </summary>
    /// <param name="input">The data.</param>
    /// <param name="codes">Is shown the codes of each window when they have been computed; null when nobody wants to see them.</param>
    internal IDataView TransformBatches(IDataView input, WindowCodes? codes = null) => new FeatureDataView(input, _output with
    {
        FirstWindowSize = _output.WindowSize,
        Warn = _ => { },
        Encode = (texts, keep) =>
        {
            var encoded = Encode(texts, keep);
            codes?.Take(texts, encoded.Codes);
            return encoded;
        },
    });

    /// <summary>The codes of one text.</summary>
    internal TextCodes Encode(string text) => Encode([text], keep: false).Codes[0];

    /// <summary>Maps one row at a time, as prediction engines do.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or is not text.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var mapper = new FeatureRowMapper(new OutputBinding(inputSchema, _output));
        _featurizer.Claim();
        return mapper;
    }

    /// <summary>Gives up one claim on the network; see the remarks of the class.</summary>
    public void Dispose() => _featurizer.Release();

    void ICanSaveModel.Save(ModelSaveContext ctx) =>
        ModelArchive.Write(ctx, ArchiveManifest.Of(InputColumnName, OutputColumnName, _options, _fitted, Bundle).WithLeastFormat(), Bundle);

    /// <summary>
    /// Called by ML.NET when it loads a model (see LoadableRegistration.cs). <paramref name="modelLoadContext"/> is declared as object
    /// because its type is internal; ML.NET's lookup accepts that.
    /// </summary>
    private static ITransformer Create(IHostEnvironment environment, object modelLoadContext)
    {
        var (manifest, bundle) = ModelArchive.Read(modelLoadContext);
        var options = manifest.Options();
        options.Validate();
        manifest.CheckFitted(bundle.Manifest.Latents);
        var model = FeatureModelLoader.Load(environment.Register("RouteSae"), bundle, options);
        return new RouteSaeTransformer(manifest.OutputColumnName, manifest.InputColumnName, options, model, new FittedFeatures(manifest.Latents, manifest.InverseDocumentFrequency));
    }

    /// <summary>This transformer with what the options want fitted to the data; it takes over the claim on the network, which is given up where fitting fails.</summary>
    internal RouteSaeTransformer Fitted(IHost host, IDataView data)
    {
        try
        {
            var fitted = DocumentFrequencies.Fit(host, _options, data, InputColumnName, FeatureNames.Count, texts => Encode(texts, keep: true));
            return new RouteSaeTransformer(OutputColumnName, InputColumnName, _options, _model, fitted);
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>This transformer over the same network, but keeping no codes; it takes over the claim on the network.</summary>
    internal RouteSaeTransformer WithoutCache()
    {
        var transformer = new RouteSaeTransformer(OutputColumnName, InputColumnName, _options, _model with { Cache = null }, _fitted);
        Dispose();
        return transformer;
    }

    private IEnumerable<OutputColumn> Columns(string features)
    {
        var bundle = Bundle.Manifest;
        yield return new FeatureColumn(features, _slots, FeatureNames);
        if (_options.RoutedColumnName is { } routed)
        {
            yield return new RoutedColumn(routed, bundle.HiddenSize);
        }

        if (_options.RoutingShareColumnName is { } share)
        {
            yield return new RoutingShareColumn(share, bundle.RoutedHiddenStates);
        }

        if (_options.TokensColumnName is { } tokens)
        {
            yield return new TokensColumn(tokens, TokenTexts);
        }

        if (_options.TokenFeaturesColumnName is { } tokenFeatures)
        {
            yield return new TokenFeaturesColumn(tokenFeatures, bundle.Latents, _options.MinimumActivation);
        }
    }

    private EncodedTexts Encode(IReadOnlyList<string?> texts, bool keep) => _featurizer.Use(featurizer =>
    {
        TextCodes[] Compute(IReadOnlyList<string?> missing) => featurizer.Encode(missing, meanActivation: _options.RoutedColumnName is not null);
        return keep && _model.Cache is { } cache ? cache.Encode(texts, Compute) : new EncodedTexts(Compute(texts), texts.Count);
    });

    private string[] TokenTexts(TextCodes codes) => _featurizer.Use(featurizer =>
    {
        var texts = new string[codes.TokenCount];
        for (var token = 0; token < texts.Length; token++)
        {
            texts[token] = featurizer.TokenText(codes[token].Id);
        }

        return texts;
    });
}
