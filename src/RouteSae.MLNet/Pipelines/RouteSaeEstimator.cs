using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using RouteSae.Files;
using RouteSae.Hub;
using RouteSae.MLNet.DataViews;
using RouteSae.MLNet.Interop;
using RouteSae.MLNet.Models;

namespace RouteSae.MLNet.Pipelines;

/// <summary>
/// Adds a column of sparse, named features of a text column. Made by
/// <see cref="RouteSaeCatalog.RouteSae(TransformsCatalog, string, string, RouteSaeOptions)"/>. All transformers that one estimator fits
/// share one network in memory.
/// </summary>
public sealed class RouteSaeEstimator : IEstimator<RouteSaeTransformer>
{
    private readonly IHost _host;
    private readonly string _outputColumnName;
    private readonly string _inputColumnName;
    private readonly RouteSaeOptions _options;
    private readonly Lazy<FeatureModel> _model;
    private readonly bool _isTrained;

    /// <param name="environment">Log and seed.</param>
    /// <param name="outputColumnName">The feature column.</param>
    /// <param name="inputColumnName">The text column; the output's name when null.</param>
    /// <param name="options">Settings.</param>
    /// <param name="open">Gives the model; null opens the one that the options name.</param>
    internal RouteSaeEstimator(
        IHostEnvironment environment, string outputColumnName, string? inputColumnName, RouteSaeOptions? options, Func<FeatureModel>? open = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(outputColumnName);
        if (inputColumnName is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(inputColumnName);
        }

        options?.Validate();
        _options = options?.Copy() ?? new RouteSaeOptions();
        if (_options.FurtherColumns().FirstOrDefault(column => column.Name == outputColumnName) is { Option: { } option })
        {
            throw new ArgumentException($"{option} and outputColumnName name the same column '{outputColumnName}'. Each needs a name of its own.", nameof(options));
        }

        _outputColumnName = outputColumnName;
        _inputColumnName = inputColumnName ?? outputColumnName;
        _host = environment.Register("RouteSae", _options.Seed);
        _model = new Lazy<FeatureModel>(open ?? (() => FeatureModelLoader.Open(_host, _options)), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>An estimator over a model that others use as well, and that is trained already where the options ask for it.</summary>
    internal RouteSaeEstimator(IHostEnvironment environment, string outputColumnName, string inputColumnName, RouteSaeOptions options, FeatureModel model)
        : this(environment, outputColumnName, inputColumnName, options)
    {
        _model = new Lazy<FeatureModel>(model);
        _isTrained = true;
    }

    /// <summary>Opens the model, and trains router and autoencoder where <see cref="RouteSaeOptions.Training"/> asks for it.</summary>
    /// <param name="input">The data; read only for training, and for <see cref="RouteSaeOptions.TopFeatures"/> and weights by document frequency.</param>
    /// <returns>The transformer that adds the features.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or is not text.</exception>
    /// <exception cref="BundleFormatException">The bundle is missing, incomplete, damaged or of a newer format.</exception>
    /// <exception cref="LanguageModelNotFoundException">The bundle refers to a language model that is not there.</exception>
    /// <exception cref="ArgumentException">Training was asked for and is not possible: no text, or more active latents than latents.</exception>
    /// <exception cref="MlNetIncompatibleException">This ML.NET lacks what saving the model will need.</exception>
    public RouteSaeTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        MlNetInterop.EnsureCompatible();
        InputColumn.Find(input.Schema, _inputColumnName);
        var model = _options.Training is { } training && !_isTrained ? Train(training, input) : _model.Value;
        var transformer = new RouteSaeTransformer(_outputColumnName, _inputColumnName, _options, model, FittedFeatures.Nothing);
        return FittedFeatures.Needs(_options) ? transformer.Fitted(_host, input) : transformer;
    }

    /// <summary>The schema after the transform: the input's and a vector of singles with slot names.</summary>
    /// <param name="inputSchema">The input's schema.</param>
    /// <exception cref="ArgumentOutOfRangeException">The input column is missing or is not text.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        InputColumn.Check(inputSchema, _inputColumnName);
        var outputs = OutputShapes().ToDictionary(column => column.Name);
        return new SchemaShape([.. inputSchema.Where(column => !outputs.ContainsKey(column.Name)), .. outputs.Values]);
    }

    private IEnumerable<SchemaShape.Column> OutputShapes()
    {
        const SchemaShape.Column.VectorKind Known = SchemaShape.Column.VectorKind.Vector, Variable = SchemaShape.Column.VectorKind.VariableVector;
        yield return SlotNames.Shape(_outputColumnName, Known, NumberDataViewType.Single, hasSlotNames: true);
        foreach (var (option, name) in _options.FurtherColumns())
        {
            yield return option switch
            {
                nameof(RouteSaeOptions.RoutedColumnName) => SlotNames.Shape(name, Known, NumberDataViewType.Single, hasSlotNames: false),
                nameof(RouteSaeOptions.RoutingShareColumnName) => SlotNames.Shape(name, Known, NumberDataViewType.Single, hasSlotNames: true),
                nameof(RouteSaeOptions.TokensColumnName) => SlotNames.Shape(name, Variable, TextDataViewType.Instance, hasSlotNames: false),
                _ => SlotNames.Shape(name, Variable, NumberDataViewType.Single, hasSlotNames: false),
            };
        }
    }

    private FeatureModel Train(RouteSaeTrainingOptions training, IDataView input)
    {
        var trained = FeatureModelTraining.Train(_host, _model.Value.Bundle, training, _options.Seed, input, _inputColumnName);
        return FeatureModelLoader.Load(_host, trained, _options);
    }
}
