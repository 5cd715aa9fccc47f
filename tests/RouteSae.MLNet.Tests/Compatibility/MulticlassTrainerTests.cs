using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Every multiclass trainer of Microsoft.ML and LightGbm, in a pipeline that is saved and loaded.</summary>
public sealed class MulticlassTrainerTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private static readonly NamedEstimators Covered = new()
    {
        ["LbfgsMaximumEntropy"] = ml => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("TopicKey"),
        ["LightGbm"] = ml => ml.MulticlassClassification.Trainers.LightGbm("TopicKey", minimumExampleCountPerLeaf: 2, numberOfIterations: 20),
        ["NaiveBayes"] = ml => ml.MulticlassClassification.Trainers.NaiveBayes("TopicKey"),
        ["OneVersusAll"] = ml => ml.MulticlassClassification.Trainers.OneVersusAll(ml.BinaryClassification.Trainers.AveragedPerceptron("TopicKey"), "TopicKey"),
        ["PairwiseCoupling"] = ml => ml.MulticlassClassification.Trainers.PairwiseCoupling(ml.BinaryClassification.Trainers.LbfgsLogisticRegression("TopicKey"), "TopicKey"),
        ["SdcaMaximumEntropy"] = ml => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy("TopicKey", maximumNumberOfIterations: 20),
        ["SdcaNonCalibrated"] = ml => ml.MulticlassClassification.Trainers.SdcaNonCalibrated("TopicKey", maximumNumberOfIterations: 20),
    };

    public static TheoryData<string> Names => Covered.Names;

    [Fact]
    public void None_is_missing() =>
        CatalogMethods.Of(typeof(MulticlassClassificationCatalog.MulticlassClassificationTrainers)).Should().BeEquivalentTo(Covered.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void It_learns_from_the_features_and_predicts_the_same_topics_when_loaded(string trainer)
    {
        var ml = new MLContext(seed: 1);
        var model = ml.Transforms.Conversion.MapValueToKey("TopicKey", "Topic")
            .Append(messages.Estimator)
            .AppendCacheCheckpoint(ml)
            .Append(Covered[trainer](ml))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedTopic", "PredictedLabel"))
            .Fit(messages.Source);

        var output = model.Transform(messages.Source);
        var loaded = messages.Reload(model, messages.Source.Schema).Transform(messages.Source);

        var scores = output.GetColumn<float[]>("Score").ToList();
        scores.Should().HaveCount(MessageFeatures.Rows).And.OnlyContain(row => row.Length == 3 && row.All(float.IsFinite));
        loaded.GetColumn<float[]>("Score").Should().BeEquivalentTo(scores, options => options.WithStrictOrdering());
        loaded.GetColumn<string>("PredictedTopic").Should().Equal(output.GetColumn<string>("PredictedTopic"));
        output.GetColumn<string>("PredictedTopic").Zip(output.GetColumn<string>("Topic")).Count(pair => pair.First == pair.Second)
            .Should().BeGreaterThan(MessageFeatures.Rows * 3 / 4);
    }
}
