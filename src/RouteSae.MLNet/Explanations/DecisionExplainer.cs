using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Models;

namespace RouteSae.MLNet;

/// <summary>
/// Says why a model with a RouteSae column decides as it does: the named features that a linear predictor weighed, what each
/// contributed to each class, and the characters on which it fired. Other predictors (trees, one-versus-all) are explained by the
/// strongest features alone. Thread-safe. Uses the model's networks; dispose the model, not this.
/// </summary>
public sealed class DecisionExplainer
{
    private readonly ITransformer _model;
    private readonly IReadOnlyList<RouteSaeTransformer> _featurizers;
    private readonly string _featureColumn;
    private readonly float[][]? _weights; // [class][slot]
    private readonly IReadOnlyList<string> _names;
    private readonly FeatureOrigins _origins;

    /// <summary>Prepares to explain a model.</summary>
    /// <param name="model">A fitted or loaded model, with a RouteSae column and a predictor.</param>
    /// <param name="inputSchema">The schema of the rows that it is applied to.</param>
    /// <exception cref="ArgumentException">The model has no RouteSae column or no predictor.</exception>
    public DecisionExplainer(ITransformer model, DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputSchema);
        _model = model;
        _featurizers = [.. ModelParts.Of(model).OfType<RouteSaeTransformer>()];
        var predictor = ModelParts.Of(model).OfType<ISingleFeaturePredictionTransformer<object>>().LastOrDefault();
        if (_featurizers.Count == 0 || predictor is null)
        {
            throw new ArgumentException(
                $"The model has no {(predictor is null ? "predictor" : "RouteSae column")}, so there is no decision over named features to explain. "
                + "Give a model with mlContext.Transforms.RouteSae and a trainer in its pipeline.", nameof(model));
        }

        var schema = model.GetOutputSchema(inputSchema);
        _featureColumn = predictor.FeatureColumnName;
        _weights = LinearWeights.Of(predictor.Model);
        Classes = ScoreNames.Of(schema);
        _names = ScoreNames.Slots(schema[_featureColumn]) ?? [];
        _origins = new FeatureOrigins(_names, _featurizers);
    }

    /// <summary>The classes in the order of the scores; see <see cref="DecisionExplanation.Classes"/>.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Whether the predictor is linear, so that there are contributions.</summary>
    public bool HasContributions => _weights is not null;

    /// <summary>Explains the model's decision on each row.</summary>
    /// <param name="rows">The rows, of the schema that the explainer was made for.</param>
    /// <param name="features">The most features of a row, at least 1. Default: 10.</param>
    public IReadOnlyList<DecisionExplanation> Explain(IDataView rows, int features = 10)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        var transformed = _model.Transform(rows);
        string[] needed = [_featureColumn, "Score", .. _featurizers.Select(featurizer => featurizer.InputColumnName)];
        using var cursor = transformed.GetRowCursor([.. needed.Distinct().Select(name => transformed.Schema[name])]);
        var row = new ExplainedRow(cursor, _featureColumn, _featurizers);
        var explanations = new List<DecisionExplanation>();
        while (cursor.MoveNext())
        {
            row.Read();
            explanations.Add(Explain(row, features));
        }

        return explanations;
    }

    private DecisionExplanation Explain(ExplainedRow row, int features)
    {
        var best = Enumerable.Range(0, row.Scores.Length).MaxBy(index => row.Scores[index]);
        var strongest = row.Features
            .OrderByDescending(item => Math.Abs(_weights is null ? item.Value : _weights[best][item.Key] * item.Value))
            .Take(features)
            .Where(item => _weights is null || _weights[best][item.Key] != 0)
            .ToList();
        var texts = _featurizers.ToDictionary(featurizer => featurizer, featurizer => featurizer.Explain(row.Texts[featurizer.InputColumnName]));
        return new DecisionExplanation(
            Classes, row.Scores, [.. strongest.Select(item => Contribution(item.Key, item.Value, texts))], texts.Values.Any(text => text.Truncated));
    }

    private FeatureContribution Contribution(int slot, float value, Dictionary<RouteSaeTransformer, TokenFeatures> texts) => new()
    {
        Name = slot < _names.Count && _names[slot].Length > 0 ? _names[slot] : $"slot {slot}",
        Slot = slot,
        Value = value,
        Contributions = _weights is null ? [] : Array.ConvertAll(_weights, weights => weights[slot] * value),
        TextColumn = _origins.TextColumn(slot),
        Occurrences = _origins.Occurrences(slot, texts),
    };
}
