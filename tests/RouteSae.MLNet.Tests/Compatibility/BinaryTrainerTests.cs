using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using RouteSae.Features;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Every binary trainer of Microsoft.ML, FastTree and LightGbm, in a pipeline that is saved and loaded.</summary>
public sealed class BinaryTrainerTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private static readonly NamedEstimators Covered = new()
    {
        ["AveragedPerceptron"] = ml => ml.BinaryClassification.Trainers.AveragedPerceptron(),
        ["FastForest"] = ml => ml.BinaryClassification.Trainers.FastForest(numberOfTrees: 10, minimumExampleCountPerLeaf: 2),
        ["FastTree"] = ml => ml.BinaryClassification.Trainers.FastTree(numberOfTrees: 10, minimumExampleCountPerLeaf: 2),
        ["FieldAwareFactorizationMachine"] = ml => ml.BinaryClassification.Trainers.FieldAwareFactorizationMachine(),
        ["Gam"] = ml => ml.BinaryClassification.Trainers.Gam(new GamBinaryTrainer.Options { NumberOfIterations = 30, MinimumExampleCountPerLeaf = 2, LearningRate = 0.02 }),
        ["LbfgsLogisticRegression"] = ml => ml.BinaryClassification.Trainers.LbfgsLogisticRegression(),
        ["LdSvm"] = ml => ml.BinaryClassification.Trainers.LdSvm(numberOfIterations: 500),
        ["LightGbm"] = ml => ml.BinaryClassification.Trainers.LightGbm(minimumExampleCountPerLeaf: 2, numberOfIterations: 20),
        ["LinearSvm"] = ml => ml.BinaryClassification.Trainers.LinearSvm(numberOfIterations: 5),
        ["Prior"] = ml => ml.BinaryClassification.Trainers.Prior(),
        ["SdcaLogisticRegression"] = ml => ml.BinaryClassification.Trainers.SdcaLogisticRegression(maximumNumberOfIterations: 20),
        ["SdcaNonCalibrated"] = ml => ml.BinaryClassification.Trainers.SdcaNonCalibrated(maximumNumberOfIterations: 20),
        ["SgdCalibrated"] = ml => ml.BinaryClassification.Trainers.SgdCalibrated(),
        ["SgdNonCalibrated"] = ml => ml.BinaryClassification.Trainers.SgdNonCalibrated(),
    };

    public static TheoryData<string> Names => Covered.Names;

    [Fact]
    public void None_is_missing() =>
        CatalogMethods.Of(typeof(BinaryClassificationCatalog.BinaryClassificationTrainers)).Should().BeEquivalentTo(Covered.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void It_learns_from_the_features_and_scores_the_same_when_loaded(string trainer)
    {
        var ml = new MLContext(seed: 1);
        var model = messages.Estimator.AppendCacheCheckpoint(ml).Append(Covered[trainer](ml)).Fit(messages.Source);

        var output = model.Transform(messages.Source);

        var scores = output.GetColumn<float>("Score").ToList();
        scores.Should().HaveCount(MessageFeatures.Rows).And.OnlyContain(score => float.IsFinite(score));
        messages.Reload(model, messages.Source.Schema).Transform(messages.Source).GetColumn<float>("Score").Should().Equal(scores);
        ml.BinaryClassification.EvaluateNonCalibrated(output).AreaUnderRocCurve.Should().BeGreaterThan(trainer == "Prior" ? 0.49 : 0.9);
    }

    [Fact]
    public void A_factorization_machine_takes_the_features_of_two_poolings_as_two_fields()
    {
        var ml = new MLContext(seed: 1);
        var pipeline = messages.Estimator.Append(messages.Column("Means", "Text", Pooling.Mean))
            .Append(ml.BinaryClassification.Trainers.FieldAwareFactorizationMachine(["Features", "Means"]));

        FieldAwareFactorizationMachinePredictionTransformer last = pipeline.Fit(messages.Source).LastTransformer;

        last.Model.FeatureCount.Should().Be(2 * SmallBundle.Latents);
    }
}
