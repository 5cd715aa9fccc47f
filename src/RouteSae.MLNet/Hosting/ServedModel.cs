using Microsoft.ML;
using RouteSae.MLNet.DataViews;
using RouteSae.MLNet.Explanations;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Hosting;

/// <summary>
/// A loaded model with its pipeline from inputs to outputs, which is built once. Predicting is for one thread at a time. The model is
/// freed when it has been retired and nobody uses it any more.
/// </summary>
internal sealed class ServedModel<TInput, TOutput>
    where TInput : class, new()
    where TOutput : class, new()
{
    private readonly Lock _gate = new();
    private readonly MLContext _ml;
    private readonly ITransformer _model;
    private readonly BatchRows<TInput> _rows = new();
    private readonly IEnumerable<TOutput> _outputs;
    private readonly IReadOnlyList<string> _classes;
    private readonly IReadOnlyList<RouteSaeTransformer> _featurizers;
    private readonly DecisionExplainer? _explainer;
    private readonly Action _freed;
    private int _users = 1;

    /// <param name="ml">The context in which the model was loaded.</param>
    /// <param name="model">The model; owned from now on, unless this throws.</param>
    /// <param name="freed">Called once, when the model has been freed.</param>
    /// <exception cref="ArgumentException">The model has no RouteSae column.</exception>
    public ServedModel(MLContext ml, ITransformer model, Action? freed = null)
    {
        (_ml, _model, _freed) = (ml, model, freed ?? (() => { }));
        _featurizers = [.. ModelParts.Of(model).OfType<RouteSaeTransformer>()];
        if (_featurizers.Count == 0)
        {
            throw new ArgumentException("The model has no RouteSae column. Save one whose pipeline has mlContext.Transforms.RouteSae in it.", nameof(model));
        }

        var transformed = ModelParts.Of(model).Aggregate(
            ml.Data.LoadFromEnumerable(_rows),
            (view, part) => new SequentialView(part is RouteSaeTransformer own ? own.TransformBatches(view) : part.Transform(view)));
        _classes = ScoreNames.Of(transformed.Schema);
        _outputs = ml.Data.CreateEnumerable<TOutput>(transformed, reuseRowObject: false);
        _explainer = DecisionExplainer.TryCreate(model, ml.Data.LoadFromEnumerable<TInput>([]).Schema, out var problem);
        NotExplainable = _explainer is null ? problem : null;
    }

    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Why the model's decisions cannot be explained; null when they can.</summary>
    public string? NotExplainable { get; }

    /// <summary>The tokens that the model's networks read of an input.</summary>
    public int CountTokens(TInput input) =>
        _featurizers.Sum(featurizer => featurizer.CountTokens(InputTexts<TInput>.Of(input, featurizer.InputColumnName)));

    /// <summary>As <see cref="CountTokens"/>; null for an input that cannot be read, which then says so when it is predicted.</summary>
    public int? TryCountTokens(TInput input)
    {
        try
        {
            return CountTokens(input);
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>The model's outputs, in the order of the inputs.</summary>
    public IReadOnlyList<TOutput> Predict(IReadOnlyList<TInput> inputs)
    {
        _rows.Current = inputs;
        try
        {
            TOutput[] outputs = [.. _outputs];
            foreach (var named in outputs.OfType<IClassNames>())
            {
                named.ClassNames = _classes;
            }

            return outputs.Length == inputs.Count ? outputs : throw new InvalidOperationException(
                $"The model made {outputs.Length} rows of {inputs.Count}. A hosted model must keep every row: save it without row filters.");
        }
        finally
        {
            _rows.Current = [];
        }
    }

    /// <summary>Why the model decides on each input as it does; only where <see cref="NotExplainable"/> is null.</summary>
    public IReadOnlyList<DecisionExplanation> Explain(IReadOnlyList<TInput> inputs, int features) =>
        _explainer!.Explain(_ml.Data.LoadFromEnumerable(inputs), features);

    /// <summary>Holds on to the model. False when it has been freed already.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            _users += _users > 0 ? 1 : 0;
            return _users > 0;
        }
    }

    /// <summary>Lets go of the model: after a use, or once, to retire it.</summary>
    public void Release()
    {
        lock (_gate)
        {
            if (--_users > 0)
            {
                return;
            }
        }

        (_model as IDisposable)?.Dispose();
        _freed();
    }
}
