using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>What explains a model names our features.</summary>
public sealed class ImportanceTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly string[] _names = MessageFeatures.SlotNames(messages.Featurized);

    [Fact]
    public void Permuting_a_feature_is_reported_under_its_name()
    {
        var model = _ml.BinaryClassification.Trainers.LbfgsLogisticRegression().Fit(messages.Featurized);

        var importance = _ml.BinaryClassification.PermutationFeatureImportanceNonCalibrated(model, messages.Featurized);

        importance.Keys.Should().BeEquivalentTo(_names);
        importance.Values.Should().Contain(change => change.AreaUnderRocCurve.Mean < 0, "some feature carries the label");
    }

    [Fact]
    public void Permuting_with_the_weight_filter_fails_on_vectors_those_of_ML_NET_included()
    {
        var words = _ml.Transforms.Text.ProduceWordBags("Words", "Text", ngramLength: 1).Fit(messages.Featurized).Transform(messages.Featurized);

        foreach (var column in new[] { "Words", "Features" })
        {
            var model = _ml.BinaryClassification.Trainers.LbfgsLogisticRegression(featureColumnName: column, l1Regularization: 3).Fit(words);
            FluentActions.Invoking(() => _ml.BinaryClassification.PermutationFeatureImportanceNonCalibrated(model, words, useFeatureWeightFilter: true))
                .Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    [Fact]
    public void Permuting_the_features_of_a_whole_pipeline_is_reported_under_their_names()
    {
        var model = messages.Estimator.AppendCacheCheckpoint(_ml)
            .Append(_ml.Transforms.FeatureSelection.SelectFeaturesBasedOnCount("Features", count: 20))
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("TopicKey"))
            .Fit(messages.Featurized);

        // In memory: every feature is permuted in a pass of its own.
        var transformed = _ml.Data.Cache(model.Transform(messages.Featurized));
        var importance = _ml.MulticlassClassification.PermutationFeatureImportance(model, transformed, "TopicKey");

        importance.Keys.Should().BeSubsetOf(_names).And.HaveCountGreaterThan(5);
        importance.Values.Should().Contain(change => change.MicroAccuracy.Mean < 0);
    }

    [Fact]
    public void Permutation_reports_every_slot_in_order_to_regression_and_ranking()
    {
        var regression = _ml.Regression.Trainers.FastTree("Rating", numberOfTrees: 3, minimumExampleCountPerLeaf: 2).Fit(messages.Featurized);
        var ranking = _ml.Ranking.Trainers.FastTree("Rating", rowGroupColumnName: "Thread", numberOfTrees: 3, minimumExampleCountPerLeaf: 2).Fit(messages.Featurized);

        _ml.Regression.PermutationFeatureImportance<FastTreeRegressionModelParameters>(regression, messages.Featurized, "Rating")
            .Should().HaveCount(SmallBundle.Latents).And.Contain(change => change.RSquared.Mean < 0);
        _ml.Ranking.PermutationFeatureImportance<FastTreeRankingModelParameters>(ranking, messages.Featurized, "Rating", "Thread")
            .Should().HaveCount(SmallBundle.Latents);
    }

    [Fact]
    public void Contributions_carry_the_names_and_add_up_to_the_score()
    {
        var model = _ml.Regression.Trainers.Sdca("Rating", maximumNumberOfIterations: 20).Fit(messages.Featurized);
        var scored = model.Transform(messages.Featurized);

        var explained = _ml.Transforms.CalculateFeatureContribution(
            model, numberOfPositiveContributions: SmallBundle.Latents, numberOfNegativeContributions: SmallBundle.Latents, normalize: false).Fit(scored).Transform(scored);

        MessageFeatures.SlotNames(explained, "FeatureContributions").Should().Equal(_names);
        MessageFeatures.Vectors(explained, "FeatureContributions").Zip(explained.GetColumn<float>("Score"))
            .Should().OnlyContain(row => Math.Abs(row.First.Sum() + model.Model.Bias - row.Second) < 1e-3);
    }

    [Fact]
    public void Contributions_to_a_tree_model_are_of_features_that_the_text_has()
    {
        var model = _ml.BinaryClassification.Trainers.FastTree(numberOfTrees: 5, minimumExampleCountPerLeaf: 2).Fit(messages.Featurized);
        var scored = model.Transform(messages.Featurized);

        var explained = _ml.Transforms.CalculateFeatureContribution(model, 5, 5).Fit(scored).Transform(scored);

        MessageFeatures.SlotNames(explained, "FeatureContributions").Should().Equal(_names);
        MessageFeatures.Vectors(explained, "FeatureContributions").Should().Contain(row => row.Any(value => value != 0));
    }

    [Fact]
    public void The_weights_of_a_linear_model_are_as_many_as_the_names() =>
        _ml.BinaryClassification.Trainers.LbfgsLogisticRegression().Fit(messages.Featurized).Model.SubModel.Weights.Should().HaveCount(_names.Length);
}
