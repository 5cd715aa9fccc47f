using RouteSae.MLNet.Explanations;
using RouteSae.MLNet.Hosting;

namespace ClassificationService;

/// <summary>The answer to <c>/explain</c>.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The most probable class.</param>
/// <param name="Classes">All classes, the most probable first.</param>
/// <param name="Truncated">Whether the text was longer than the model reads; the rest did not count.</param>
/// <param name="Features">The features that moved the most probable class most, the strongest first.</param>
public sealed record Explanation(
    string Text, string Label, IReadOnlyList<ClassProbability> Classes, bool Truncated, IReadOnlyList<Explanation.Feature> Features)
{
    /// <summary>A named feature.</summary>
    /// <param name="Name">Its name: its number and the tokens on which it fires most strongly.</param>
    /// <param name="Value">Its value in this text.</param>
    /// <param name="Contributions">For each class, how far it moves the score above the mean of all classes.</param>
    /// <param name="Words">Where it fired.</param>
    public sealed record Feature(string Name, float Value, IReadOnlyDictionary<string, float> Contributions, IReadOnlyList<Place> Words);

    /// <summary>A place in the text.</summary>
    /// <param name="Start">The first character (UTF-16), from 0.</param>
    /// <param name="Length">The number of characters.</param>
    /// <param name="Text">The characters.</param>
    /// <param name="Activation">How strongly the feature fired.</param>
    public sealed record Place(int Start, int Length, string Text, float Activation);

    public static Explanation Of(string text, ExplainedPrediction<Verdict> explained)
    {
        var verdict = Classification.Of(explained.Prediction);
        var (classes, features) = (explained.Explanation.Classes, explained.Explanation.Features);
        return new(text, verdict.Label, verdict.Classes, explained.Explanation.Truncated, [.. features.Select(feature => Describe(text, classes, feature))]);
    }

    private static Feature Describe(string text, IReadOnlyList<string> classes, FeatureContribution feature) => new(
        feature.Name,
        feature.Value,
        classes.Zip(feature.Contributions).ToDictionary(pair => pair.First, pair => pair.Second),
        [.. feature.Occurrences.Select(o => new Place(o.Span.Start, o.Span.Length, text.Substring(o.Span.Start, o.Span.Length), o.Activation))]);
}
