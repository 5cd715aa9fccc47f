using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Every trainer of the other tasks: regression, ranking, clustering and anomaly detection.</summary>
public sealed class OtherTrainerTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private static readonly NamedEstimators Regression = new()
    {
        ["FastForest"] = ml => ml.Regression.Trainers.FastForest("Rating", numberOfTrees: 10, minimumExampleCountPerLeaf: 2),
        ["FastTree"] = ml => ml.Regression.Trainers.FastTree("Rating", numberOfTrees: 10, minimumExampleCountPerLeaf: 2),
        ["FastTreeTweedie"] = ml => ml.Regression.Trainers.FastTreeTweedie("Rating", numberOfTrees: 10, minimumExampleCountPerLeaf: 2),
        ["Gam"] = ml => ml.Regression.Trainers.Gam(new GamRegressionTrainer.Options { LabelColumnName = "Rating", NumberOfIterations = 100, MinimumExampleCountPerLeaf = 2, LearningRate = 0.005 }),
        ["LbfgsPoissonRegression"] = ml => ml.Regression.Trainers.LbfgsPoissonRegression("Rating"),
        ["LightGbm"] = ml => ml.Regression.Trainers.LightGbm("Rating", minimumExampleCountPerLeaf: 2, numberOfIterations: 20),
        ["OnlineGradientDescent"] = ml => ml.Regression.Trainers.OnlineGradientDescent("Rating", learningRate: 0.005f, numberOfIterations: 50),
        ["Sdca"] = ml => ml.Regression.Trainers.Sdca("Rating", maximumNumberOfIterations: 20),
    };

    private static readonly NamedEstimators Ranking = new()
    {
        ["FastTree"] = ml => ml.Ranking.Trainers.FastTree("Rating", rowGroupColumnName: "Thread", numberOfTrees: 10, minimumExampleCountPerLeaf: 2),
        ["LightGbm"] = ml => ml.Ranking.Trainers.LightGbm("Rating", rowGroupColumnName: "Thread", minimumExampleCountPerLeaf: 2, numberOfIterations: 20),
    };

    public static TheoryData<string> RegressionNames => Regression.Names;

    public static TheoryData<string> RankingNames => Ranking.Names;

    [Fact]
    public void None_is_missing()
    {
        CatalogMethods.Of(typeof(RegressionCatalog.RegressionTrainers)).Should().BeEquivalentTo(Regression.Keys);
        CatalogMethods.Of(typeof(RankingCatalog.RankingTrainers)).Should().BeEquivalentTo(Ranking.Keys);
        CatalogMethods.Of(typeof(ClusteringCatalog.ClusteringTrainers)).Should().Equal("KMeans");
        CatalogMethods.Of(typeof(AnomalyDetectionCatalog.AnomalyDetectionTrainers)).Should().Equal("RandomizedPca");
    }

    [Theory]
    [MemberData(nameof(RegressionNames))]
    public void Regression_explains_part_of_the_rating(string trainer)
    {
        var ml = new MLContext(seed: 1);
        var model = messages.Estimator.AppendCacheCheckpoint(ml).Append(Regression[trainer](ml)).Fit(messages.Source);

        var output = model.Transform(messages.Source);

        ml.Regression.Evaluate(output, "Rating").RSquared.Should().BeGreaterThan(0.3);
        messages.Reload(model, messages.Source.Schema).Transform(messages.Source).GetColumn<float>("Score").Should().Equal(output.GetColumn<float>("Score"));
    }

    [Theory]
    [MemberData(nameof(RankingNames))]
    public void Ranking_puts_relevant_texts_first(string trainer)
    {
        var ml = new MLContext(seed: 1);
        var model = messages.Estimator.AppendCacheCheckpoint(ml).Append(Ranking[trainer](ml)).Fit(messages.Source);

        var output = model.Transform(messages.Source);

        ml.Ranking.Evaluate(output, "Rating", "Thread").NormalizedDiscountedCumulativeGains[0].Should().BeGreaterThan(0.9);
        messages.Reload(model, messages.Source.Schema).Transform(messages.Source).GetColumn<float>("Score").Should().Equal(output.GetColumn<float>("Score"));
    }

    [Fact]
    public void Clusters_are_of_several_texts_each()
    {
        var ml = new MLContext(seed: 1);
        var model = messages.Estimator.AppendCacheCheckpoint(ml).Append(ml.Clustering.Trainers.KMeans(numberOfClusters: 3)).Fit(messages.Source);

        var output = model.Transform(messages.Source);

        output.GetColumn<uint>("PredictedLabel").Distinct().Should().HaveCount(3);
        ml.Clustering.Evaluate(output, featureColumnName: "Features").AverageDistance.Should().BePositive().And.BeLessThan(double.PositiveInfinity);
        messages.Reload(model, messages.Source.Schema).Transform(messages.Source).GetColumn<uint>("PredictedLabel").Should().Equal(output.GetColumn<uint>("PredictedLabel"));
    }

    [Fact]
    public void Anomaly_scores_differ_between_texts()
    {
        var ml = new MLContext(seed: 1);
        var model = messages.Estimator.AppendCacheCheckpoint(ml).Append(ml.AnomalyDetection.Trainers.RandomizedPca(rank: 5)).Fit(messages.Source);

        var scores = model.Transform(messages.Source).GetColumn<float>("Score").ToList();

        scores.Should().OnlyContain(score => float.IsFinite(score));
        scores.Distinct().Should().HaveCountGreaterThan(MessageFeatures.Rows / 2);
        messages.Reload(model, messages.Source.Schema).Transform(messages.Source).GetColumn<float>("Score").Should().Equal(scores);
    }
}
