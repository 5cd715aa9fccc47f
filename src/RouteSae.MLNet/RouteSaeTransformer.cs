using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using RouteSae.Features;
using RouteSae.MLNet.DataViews;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Persistence;
using RouteSae.Storage;

namespace RouteSae.MLNet;

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
    private readonly FeatureColumn _column;

    internal RouteSaeTransformer(string outputColumnName, string inputColumnName, RouteSaeOptions options, FeatureModel model)
    {
        _options = options;
        _model = model;
        _featurizer = new FeaturizerOwner(model.Featurizer);
        _featurizer.Claim();
        var names = model.FeatureNames;
        var type = new VectorDataViewType(NumberDataViewType.Single, names.Count);
        _column = new FeatureColumn(inputColumnName, outputColumnName, type, SlotNames.Annotations(names), options.BatchSize, Encode);
    }

    /// <summary>The text column that is read.</summary>
    public string InputColumnName => _column.InputName;

    /// <summary>The column that is added.</summary>
    public string OutputColumnName => _column.Name;

    /// <summary>How the features of a text's tokens become one vector.</summary>
    public Pooling Pooling => _options.Pooling;

    /// <summary>The readable name of each feature, M of them: the slot names of the output column.</summary>
    public IReadOnlyList<string> FeatureNames => _model.FeatureNames;

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
        return new OutputBinding(inputSchema, _column).Schema;
    }

    /// <summary>Adds the column, lazily: nothing is computed until its values are read.</summary>
    /// <param name="input">The data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or is not text.</exception>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new FeatureDataView(input, _column);
    }

    /// <summary>As <see cref="Transform"/>, for a reader that is known to read all rows: the first window is as large as the others.</summary>
    internal IDataView TransformWhole(IDataView input) =>
        new FeatureDataView(input, _column with { FirstWindowSize = _column.WindowSize });

    /// <summary>Maps one row at a time, as prediction engines do.</summary>
    /// <param name="inputSchema">The schema of the rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or is not text.</exception>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var mapper = new FeatureRowMapper(new OutputBinding(inputSchema, _column));
        _featurizer.Claim();
        return mapper;
    }

    /// <summary>Gives up one claim on the network; see the remarks of the class.</summary>
    public void Dispose() => _featurizer.Release();

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        var manifest = new ArchiveManifest
        {
            InputColumnName = InputColumnName,
            OutputColumnName = OutputColumnName,
            Pooling = Pooling,
            MaxTokens = _options.MaxTokens,
            BatchSize = _options.BatchSize,
            TokensPerBatch = _options.TokensPerBatch,
            Precision = _options.Precision,
            Bundle = BundleFile.Measure(new MemoryStream(Bundle.ManifestBytes.ToArray())),
            LanguageModelLastFoundAt = Bundle.FindLanguageModel(),
        };
        ModelArchive.Write(ctx, manifest, Bundle);
    }

    /// <summary>
    /// Called by ML.NET when it loads a model (see LoadableRegistration.cs). <paramref name="modelLoadContext"/> is declared as object
    /// because its type is internal; ML.NET's lookup accepts that.
    /// </summary>
    private static ITransformer Create(IHostEnvironment environment, object modelLoadContext)
    {
        var (manifest, bundle) = ModelArchive.Read(modelLoadContext);
        var options = new RouteSaeOptions
        {
            Pooling = manifest.Pooling,
            MaxTokens = manifest.MaxTokens,
            BatchSize = manifest.BatchSize,
            TokensPerBatch = manifest.TokensPerBatch,
            Precision = manifest.Precision,
        };
        options.Validate();
        var model = FeatureModelLoader.Load(environment.Register("RouteSae"), bundle, options);
        return new RouteSaeTransformer(manifest.OutputColumnName, manifest.InputColumnName, options, model);
    }

    private FeatureVector[] Encode(IReadOnlyList<string?> texts) => _featurizer.Use(featurizer => featurizer.Featurize(texts, Pooling));
}
