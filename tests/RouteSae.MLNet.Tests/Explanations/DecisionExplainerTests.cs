using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using RouteSae.Features;
using RouteSae.MLNet.Explanations;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Explanations;

public sealed class DecisionExplainerTests : IDisposable
{
    private readonly SmallModel _bundle = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _rows;

    public DecisionExplainerTests() => _rows = _ml.Data.LoadFromEnumerable(SampleTexts.Many(40).Select((text, i) => new Row
    {
        Text = text,
        Label = i % 3 == 0 ? "a" : i % 3 == 1 ? "b" : "c",
        Flag = text.Contains("money", StringComparison.Ordinal),
        Number = text.Contains("money", StringComparison.Ordinal) ? 2 : 1,
    }));

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void Contributions_and_biases_are_the_differences_of_the_log_scores()
    {
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Label").Append(Featurizer()).AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Key")).Fit(_rows);
        var biases = ((IEnumerable<ITransformer>)model).OfType<MulticlassPredictionTransformer<MaximumEntropyModelParameters>>().Single().Model.GetBiases().ToArray();
        var explainer = new DecisionExplainer(model, _rows.Schema);

        var explanations = explainer.Explain(_rows, SmallBundle.Latents);

        explainer.Classes.Should().Equal("a", "b", "c");
        explanations.Should().OnlyContain(explanation => explanation.Scale == ContributionScale.LogScore);
        explanations.Should().HaveCount(40);
        foreach (var row in explanations)
        {
            for (var k = 1; k < 3; k++)
            {
                var moved = row.Features.Sum(feature => feature.Contributions[k] - feature.Contributions[0]) + biases[k] - biases[0];
                moved.Should().BeApproximately(MathF.Log(row.Scores[k] / row.Scores[0]), 1e-3f);
            }
        }
    }

    [Fact]
    public void Occurrences_are_the_tokens_on_which_the_named_feature_fired()
    {
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Label").Append(Featurizer()).AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Key")).Fit(_rows);
        var featurizer = ((IEnumerable<ITransformer>)model).OfType<RouteSaeTransformer>().Single();

        var explanation = new DecisionExplainer(model, _rows.Schema).Explain(_rows, features: 5)[0];

        var text = featurizer.Explain(SampleTexts.Many(1)[0]);
        explanation.Features.Should().HaveCount(5);
        foreach (var feature in explanation.Features)
        {
            var latent = featurizer.FeatureNames.ToList().IndexOf(feature.Name);
            feature.TextColumn.Should().Be("Text");
            feature.Occurrences.Should().NotBeEmpty().And.Equal(
                text.Tokens.Where(token => token.Pooled)
                    .SelectMany(token => token.Features.Where(f => f.Latent == latent).Select(f => new FeatureOccurrence(token.Span, f.Value))),
                (one, other) => one.Span == other.Span && Math.Abs(one.Activation - other.Activation) < 1e-4);
        }
    }

    [Fact]
    public void A_calibrated_binary_classifier_after_normalisation_and_other_columns_is_explained()
    {
        var pipeline = Featurizer()
            .Append(_ml.Transforms.Concatenate("All", "Number", "Features")).Append(_ml.Transforms.NormalizeMinMax("All"))
            .AppendCacheCheckpoint(_ml).Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression("Flag", "All"));
        var fitted = pipeline.Fit(_rows);
        var zip = _bundle.Path("model.zip");
        _ml.Model.Save(fitted, _rows.Schema, zip);
        var bias = ((LinearBinaryModelParameters)fitted.LastTransformer.Model.SubModel).Bias;
        var explainer = new DecisionExplainer(_ml.Model.Load(zip, out _), _rows.Schema);

        var explanation = explainer.Explain(_rows, features: 1000)[3];

        explainer.Classes.Should().Equal("True");
        (explanation.Features.Sum(feature => feature.Contributions[0]) + bias).Should().BeApproximately(explanation.Scores[0], 1e-3f);
        explanation.Features.Should().ContainSingle(feature => feature.TextColumn == null).Which.Name.Should().Be("Number");
        explanation.Features.Where(feature => feature.TextColumn == "Text").Should().NotBeEmpty().And.OnlyContain(feature => feature.Occurrences.Count > 0);
    }

    [Fact]
    public void A_predictor_that_is_not_linear_is_explained_by_its_strongest_features()
    {
        var model = _ml.Transforms.Conversion.MapValueToKey("Key", "Label").Append(Featurizer()).AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.NaiveBayes("Key")).Fit(_rows);
        var explainer = new DecisionExplainer(model, _rows.Schema);

        var explanation = explainer.Explain(_rows, features: 3)[0];

        explainer.HasContributions.Should().BeFalse();
        explanation.Features.Should().HaveCount(3).And.OnlyContain(feature => feature.Contributions.Count == 0 && feature.Occurrences.Count > 0);
        explanation.Features.Should().BeInDescendingOrder(feature => feature.Value);
    }

    [Fact]
    public void A_model_without_a_predictor_is_refused() =>
        FluentActions.Invoking(() => new DecisionExplainer(Featurizer().Fit(_rows), _rows.Schema)).Should().Throw<ArgumentException>()
            .WithMessage("The model has no predictor, so there is no decision over named features to explain. *");

    private RouteSaeEstimator Featurizer() => _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = _bundle.Folder, Pooling = Pooling.Max });

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public string Label { get; set; } = "";

        public bool Flag { get; set; }

        public float Number { get; set; }
    }
}
