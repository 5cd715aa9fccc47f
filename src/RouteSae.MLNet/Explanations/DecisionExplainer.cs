using Microsoft.ML;
using RouteSae.MLNet.DataViews;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Explanations;

/// <summary>
/// Says why a model with a RouteSae column decides as it does: the named features that a linear predictor weighed, what each
/// contributed to each class, and the characters on which it fired. Other predictors (trees, one-versus-all) are explained by the
/// strongest features alone. Thread-safe. Uses the model's networks; dispose the model, not this.
/// </summary>
/// <remarks>
/// What decides is the last predictor of the model; calibrators that follow it are left out, so the scores are those before
/// calibration. The network runs once for each text, many texts at a time.
/// </remarks>
public sealed class DecisionExplainer
{
    private readonly DecisionSteps _steps;
    private readonly IReadOnlyList<RouteSaeTransformer> _featurizers;
    private readonly LinearWeights? _weights;
    private readonly IReadOnlyList<string> _names;
    private readonly FeatureOrigins _origins;

    /// <summary>Prepares to explain a model.</summary>
    /// <param name="model">A fitted or loaded model, with a RouteSae column and a predictor.</param>
    /// <param name="inputSchema">The schema of the rows that it is applied to.</param>
    /// <exception cref="ArgumentException">
    /// The model has no RouteSae column or no predictor, its predictor does not decide over one vector with a RouteSae column in it (such as
    /// FieldAwareFactorizationMachine and Prior), or the text is not there any more where the predictor reads.
    /// </exception>
    public DecisionExplainer(ITransformer model, DataViewSchema inputSchema)
        : this(Steps(model, inputSchema))
    {
    }

    private DecisionExplainer(DecisionSteps steps)
    {
        _steps = steps;
        _featurizers = steps.Featurizers;
        _weights = LinearWeights.Of(steps.Predictor);
        Classes = ScoreNames.Of(steps.Parts[^1].GetOutputSchema(steps.Sources.Schema));
        _names = ScoreNames.Slots(steps.Sources.Schema[steps.FeatureColumn]) ?? [];
        _origins = new FeatureOrigins(_names, steps);
    }

    /// <summary>The classes in the order of the scores; see <see cref="DecisionExplanation.Classes"/>.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Whether the predictor is linear, so that there are contributions.</summary>
    public bool HasContributions => _weights is not null;

    /// <summary>As the constructor, but gives null and says in <paramref name="problem"/> why a model cannot be explained.</summary>
    internal static DecisionExplainer? TryCreate(ITransformer model, DataViewSchema inputSchema, out string problem) =>
        DecisionSteps.Find(model, inputSchema, out problem) is { } steps ? new DecisionExplainer(steps) : null;

    /// <summary>Explains the model's decision on each row.</summary>
    /// <param name="rows">The rows, of the schema that the explainer was made for.</param>
    /// <param name="features">The most features of a row, at least 1. Default: 10.</param>
    public IReadOnlyList<DecisionExplanation> Explain(IDataView rows, int features = 10)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        var codes = _featurizers.ToDictionary(featurizer => featurizer, featurizer => new WindowCodes(text => featurizer.Encode(text)));
        var transformed = _steps.Parts.Aggregate(rows, (view, part) => new SequentialView(
            part is RouteSaeTransformer own ? own.TransformBatches(view, codes.GetValueOrDefault(own)) : part.Transform(view)));
        string[] needed = [_steps.FeatureColumn, "Score", .. _featurizers.Select(featurizer => featurizer.InputColumnName)];
        using var cursor = transformed.GetRowCursor([.. needed.Distinct().Select(name => transformed.Schema[name])]);
        var row = new ExplainedRow(cursor, _steps.FeatureColumn, codes);
        var explanations = new List<DecisionExplanation>();
        while (cursor.MoveNext())
        {
            row.Read();
            explanations.Add(Explain(row, features));
        }

        return explanations;
    }

    private static DecisionSteps Steps(ITransformer model, DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(inputSchema);
        return DecisionSteps.Find(model, inputSchema, out var problem) ?? throw new ArgumentException(problem, nameof(model));
    }

    private DecisionExplanation Explain(ExplainedRow row, int features)
    {
        var best = Enumerable.Range(0, row.Scores.Length).MaxBy(index => row.Scores[index]);
        var strongest = row.Features
            .OrderByDescending(item => Math.Abs(_weights is null ? item.Value : _weights.ByClass[best][item.Key] * item.Value))
            .Take(features)
            .Where(item => _weights is null || _weights.ByClass[best][item.Key] != 0);
        return new DecisionExplanation(
            Classes, row.Scores, [.. strongest.Select(item => Contribution(item.Key, item.Value, row))], row.Codes.Values.Any(text => text.Truncated))
        {
            Scale = _weights?.Scale ?? ContributionScale.None,
        };
    }

    private FeatureContribution Contribution(int slot, float value, ExplainedRow row) => new()
    {
        Name = slot < _names.Count && _names[slot].Length > 0 ? _names[slot] : $"slot {slot}",
        Slot = slot,
        Value = value,
        Contributions = _weights is null ? [] : Array.ConvertAll(_weights.ByClass, weights => weights[slot] * value),
        TextColumn = _origins.TextColumn(slot),
        Occurrences = _origins.Occurrences(slot, featurizer => row.Codes[featurizer]),
    };
}
