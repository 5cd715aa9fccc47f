using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet.Explanations;
using RouteSae.MLNet.Pipelines;

namespace TextClassification;

/// <summary>Says in words why a linear model over named features decides as it does.</summary>
public sealed class Explanations
{
    private readonly IReadOnlyList<float[]> _weights; // [class][feature], the mean over the classes taken off
    private readonly ITransformer _model;
    private readonly RouteSaeTransformer _featurizer;
    private readonly DecisionExplainer _explainer;
    private readonly MLContext _ml;

    public Explanations(MLContext ml, Classifier classifier)
    {
        (_ml, _model) = (ml, classifier.Model);
        _featurizer = ((IEnumerable<ITransformer>)_model).OfType<RouteSaeTransformer>().Single();
        _weights = Centered(classifier.Weights());
        _explainer = new DecisionExplainer(_model, ml.Data.LoadFromEnumerable<LabeledText>([]).Schema);
    }

    /// <summary>A feature's part in a decision.</summary>
    /// <param name="Name">Its readable name.</param>
    /// <param name="Contribution">Weight × value: how far it moves the score of the class above the mean of all classes.</param>
    /// <param name="Tokens">The tokens of the text on which it fired, strongest first; empty for whole classes.</param>
    public sealed record Reason(string Name, double Contribution, IReadOnlyList<string> Tokens);

    /// <summary>For each class the features that speak most for it, on average over the class's texts.</summary>
    public IReadOnlyList<IReadOnlyList<Reason>> OfClasses(IDataView data, IReadOnlyList<string> labels, int count)
    {
        var sums = labels.ToDictionary(label => label, _ => new double[_weights[0].Length]);
        var rows = labels.ToDictionary(label => label, _ => 0);
        var transformed = _model.Transform(data);
        using var cursor = transformed.GetRowCursor([transformed.Schema["Label"], transformed.Schema["Features"]]);
        var getLabel = cursor.GetGetter<ReadOnlyMemory<char>>(transformed.Schema["Label"]);
        var getFeatures = cursor.GetGetter<VBuffer<float>>(transformed.Schema["Features"]);
        ReadOnlyMemory<char> name = default;
        VBuffer<float> features = default;
        while (cursor.MoveNext())
        {
            getLabel(ref name);
            getFeatures(ref features);
            var label = name.ToString();
            if (!sums.TryGetValue(label, out var sum))
                continue;
            rows[label]++;
            foreach (var (feature, value) in features.Items())
                sum[feature] += value;
        }
        return [.. labels.Select((label, index) => Strongest(index, feature => sums[label][feature] / Math.Max(1, rows[label]), count))];
    }

    /// <summary>The features of one text that speak most for the predicted class, with the words that fired them.</summary>
    public IReadOnlyList<Reason> OfText(LabeledText text, int label, int count) =>
    [
        .. _explainer.Explain(_ml.Data.LoadFromEnumerable([text]), features: _weights[0].Length)[0].Features
            .Where(feature => feature.Contributions[label] > 0)
            .Take(count)
            .Select(feature => new Reason(feature.Name, feature.Contributions[label], FiredOn(text.Text, feature.Occurrences))),
    ];

    /// <summary>The words in which a feature fired most strongly, up to the token on which it did.</summary>
    private static IReadOnlyList<string> FiredOn(string text, IReadOnlyList<FeatureOccurrence> occurrences) =>
    [
        .. occurrences
            .OrderByDescending(hit => hit.Activation)
            .Select(hit => text[..(hit.Span.Start + hit.Span.Length)].Split(' ', '\n')[^1])
            .Where(word => word.Length > 0)
            .Distinct()
            .Take(3),
    ];

    private IReadOnlyList<Reason> Strongest(int label, Func<int, double> value, int count) =>
        [.. Top(label, value, count).Select(top => new Reason(_featurizer.FeatureNames[top.Feature], top.Contribution, []))];

    private IEnumerable<(int Feature, double Contribution)> Top(int label, Func<int, double> value, int count) =>
        Enumerable.Range(0, _weights[label].Length)
            .Select(feature => (Feature: feature, Contribution: _weights[label][feature] * value(feature)))
            .Where(part => part.Contribution > 0)
            .OrderByDescending(part => part.Contribution)
            .Take(count);

    private static IReadOnlyList<float[]> Centered(IReadOnlyList<float[]> weights) =>
        [.. weights.Select(w => w.Select((value, feature) => value - weights.Average(other => other[feature])).ToArray())];
}
