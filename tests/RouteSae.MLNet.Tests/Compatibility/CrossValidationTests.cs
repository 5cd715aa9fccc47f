using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace RouteSae.MLNet.Tests.Compatibility;

public sealed class CrossValidationTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private const int Folds = 3;

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Binary_folds_learn_score_their_own_rows_and_cover_all_of_them()
    {
        var pipeline = messages.Estimator.AppendCacheCheckpoint(_ml).Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression());

        var folds = _ml.BinaryClassification.CrossValidate(messages.Source, pipeline, Folds);

        folds.Average(fold => fold.Metrics.AreaUnderRocCurve).Should().BeGreaterThan(0.7);
        folds.SelectMany(fold => fold.ScoredHoldOutSet.GetColumn<string>("Text")).Should().BeEquivalentTo(messages.Source.GetColumn<string>("Text"));
        folds.Should().OnlyContain(fold => fold.Model.Transform(messages.Source).GetColumn<float>("Score").All(score => float.IsFinite(score)));
    }

    [Fact]
    public void Multiclass_folds_with_the_feature_column_inside_and_outside_agree()
    {
        var trainer = _ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
            new LbfgsMaximumEntropyMulticlassTrainer.Options { LabelColumnName = "TopicKey", NumberOfThreads = 1 });
        var keyed = _ml.Transforms.Conversion.MapValueToKey("TopicKey", "Topic").Fit(messages.Source).Transform(messages.Source);

        var inside = _ml.MulticlassClassification.CrossValidate(keyed, messages.Estimator.AppendCacheCheckpoint(_ml).Append(trainer), Folds, "TopicKey", seed: 3);
        var outside = _ml.MulticlassClassification.CrossValidate(messages.Featurized, trainer, Folds, "TopicKey", seed: 3);

        inside.Average(fold => fold.Metrics.MicroAccuracy).Should().BeGreaterThan(0.5);
        inside.Zip(outside).Should().OnlyContain(pair => Math.Abs(pair.First.Metrics.LogLoss - pair.Second.Metrics.LogLoss) < 1e-3);
    }

    [Fact]
    public void Rows_of_a_group_stay_together()
    {
        var split = _ml.Data.CrossValidationSplit(messages.Transformer.Transform(messages.Source), Folds, "Thread");

        split.Should().HaveCount(Folds);
        foreach (var fold in split)
        {
            var train = fold.TrainSet.GetColumn<uint>("Thread").Distinct();
            fold.TestSet.GetColumn<uint>("Thread").Distinct().Should().NotIntersectWith(train);
            MessageFeatures.Vectors(fold.TestSet).Should().HaveCount(fold.TestSet.GetColumn<uint>("Thread").Count());
        }
    }

    [Fact]
    public void Folds_over_a_cached_column_read_every_text_once()
    {
        var model = new FakeModel();
        var cached = _ml.Data.Cache(model.Transformer().Transform(messages.Source));

        _ml.BinaryClassification.CrossValidate(cached, _ml.BinaryClassification.Trainers.LbfgsLogisticRegression(), Folds);

        model.Texts.Should().Be(MessageFeatures.Rows);
    }
}
