using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Explanations;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Explanations;

/// <summary>Two text columns through the same bundle: the features of both have the same names.</summary>
public sealed class FeatureOriginTests : IDisposable
{
    private readonly SmallModel _bundle = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _rows;

    public FeatureOriginTests()
    {
        var texts = SampleTexts.Many(60);
        _rows = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 30).Select(i => new Row { Title = texts[i], Body = texts[i + 30], Flag = i % 2 == 0, Number = i % 5 }));
    }

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void A_predictor_that_reads_one_of_two_columns_is_explained_by_that_one()
    {
        var explanation = Explain(Both(), "BodyFeatures");

        explanation.Features.Select(feature => feature.TextColumn).Should().OnlyContain(column => column == "Body");
    }

    [Fact]
    public void Columns_that_are_put_together_keep_their_own_texts()
    {
        var explanation = Explain(Both().Append(_ml.Transforms.Concatenate("All", "Number", "TitleFeatures", "BodyFeatures")), "All");

        ComeFromTheirPrefix(explanation, ("TitleFeatures.", "Title"), ("BodyFeatures.", "Body"), ("Number", null));
    }

    [Fact]
    public void A_normalised_copy_that_is_put_together_with_others_is_traced_back()
    {
        var explanation = Explain(
            Both().Append(_ml.Transforms.NormalizeMinMax("Scaled", "BodyFeatures")).Append(_ml.Transforms.Concatenate("All", "TitleFeatures", "Scaled", "Number")), "All");

        ComeFromTheirPrefix(explanation, ("TitleFeatures.", "Title"), ("Scaled.", "Body"), ("Number", null));
    }

    [Fact]
    public void Nested_concatenations_are_traced_back()
    {
        var explanation = Explain(
            Both().Append(_ml.Transforms.Concatenate("Texts", "TitleFeatures", "BodyFeatures")).Append(_ml.Transforms.Concatenate("All", "Number", "Texts")), "All");

        ComeFromTheirPrefix(explanation, ("Texts.TitleFeatures.", "Title"), ("Texts.BodyFeatures.", "Body"), ("Number", null));
    }

    [Fact]
    public void A_slot_that_could_come_from_two_texts_has_no_origin()
    {
        var pipeline = RouteSae("Features", "Title")
            .Append(_ml.Transforms.CopyColumns("Kept", "Features"))
            .Append(RouteSae("Features", "Body"))
            .Append(_ml.Transforms.Concatenate("All", "Kept", "Features"));

        var explanation = Explain(pipeline, "All");

        ComeFromTheirPrefix(explanation, ("Kept.", "Title"), ("Features.", null));
        explanation.Features.Where(feature => feature.TextColumn is null).Should().OnlyContain(feature => feature.Occurrences.Count == 0);
    }

    // Every feature of a text column fired in that text, on the places that the column itself reports.
    private static void ComeFromTheirPrefix(DecisionExplanation explanation, params (string Prefix, string? Text)[] prefixes)
    {
        foreach (var (prefix, text) in prefixes)
        {
            explanation.Features.Where(feature => feature.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Should().NotBeEmpty().And.OnlyContain(feature => feature.TextColumn == text);
        }
    }

    private DecisionExplanation Explain(IEstimator<ITransformer> features, string column)
    {
        var model = features.Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression("Flag", column, l1Regularization: 0)).Fit(_rows);
        var explanation = new DecisionExplainer(model, _rows.Schema).Explain(_rows, features: 1000)[3];
        var row = _ml.Data.CreateEnumerable<Row>(_rows, reuseRowObject: false).ElementAt(3);
        foreach (var feature in explanation.Features.Where(feature => feature.TextColumn is not null))
        {
            var featurizer = ModelParts.Of(model).OfType<RouteSaeTransformer>().First(own => own.InputColumnName == feature.TextColumn);
            var name = featurizer.FeatureNames.Single(own => feature.Name == own || feature.Name.EndsWith($".{own}", StringComparison.Ordinal));
            var text = featurizer.Explain(feature.TextColumn == "Title" ? row.Title : row.Body);
            feature.Occurrences.Select(occurrence => occurrence.Span).Should().NotBeEmpty().And.Equal(text.Tokens
                .Where(token => token.Pooled && token.Features.Any(active => featurizer.FeatureNames[active.Latent] == name)).Select(token => token.Span));
        }

        return explanation;
    }

    private EstimatorChain<RouteSaeTransformer> Both() => RouteSae("TitleFeatures", "Title").Append(RouteSae("BodyFeatures", "Body"));

    private RouteSaeEstimator RouteSae(string output, string input) =>
        _ml.Transforms.RouteSae(output, input, new RouteSaeOptions { Model = _bundle.Folder, Pooling = Pooling.Max });

    private sealed class Row
    {
        public string Title { get; set; } = "";

        public string Body { get; set; } = "";

        public bool Flag { get; set; }

        public float Number { get; set; }
    }
}
