using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Experiments;

namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>What is fitted to texts is fitted to the training part of a fold alone.</summary>
public sealed class FoldTests
{
    private const int Top = 12;

    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data = new MLContext().Data.LoadFromEnumerable(Ticket.Many(60));

    [Fact]
    public void Top_features_and_weights_come_from_the_training_part_of_the_fold()
    {
        var parts = new List<int>();

        Experiment(given =>
        {
            var texts = given.GetColumn<string>("Text").ToArray();
            parts.Add(texts.Length);
            SmallModel.Vectors(given).Should().Equal(Expected(texts));
        }).Execute(_data).Dispose();

        parts.Should().Equal([40, 40, 40, 60], "three folds, and all rows for the best model");
    }

    /// <summary>The most frequent latents of these texts with max pooling, times ln((1 + N) / (1 + n)) + 1.</summary>
    private static IEnumerable<FeatureVector> Expected(string[] texts)
    {
        var vectors = texts.Select(FakeModel.Reference.Vector).ToArray();
        var frequencies = Enumerable.Range(0, FakeModel.Latents).Select(latent => vectors.Count(vector => vector.Indices.Contains(latent))).ToArray();
        int[] kept = [.. Enumerable.Range(0, FakeModel.Latents).OrderByDescending(latent => frequencies[latent]).Take(Top).Order()];
        foreach (var vector in vectors)
        {
            var slots = Enumerable.Range(0, Top).Where(slot => vector.Indices.Contains(kept[slot])).ToArray();
            var values = slots.Select(slot => vector.Values[Array.IndexOf(vector.Indices, kept[slot])]
                * (float)(Math.Log((1.0 + texts.Length) / (1.0 + frequencies[kept[slot]])) + 1));
            yield return new FeatureVector(slots, [.. values]);
        }
    }

    private static RouteSaeExperiment Experiment(Action<IDataView> watch) => new CountedModels()
        .Experiment(new RouteSaeExperimentOptions { Trainers = [], MaxTrials = 1, Folds = 3, Seed = 1 })
        .Vary(o => o.TopFeatures, Top).Vary(o => o.Weighting, FeatureWeighting.Idf).Vary(o => o.Pooling, Pooling.Max).Vary(o => o.MinimumActivation, 0)
        .WithTrainer("watched", (ml, label, features) => new WatchedFit(ml.MulticlassClassification.Trainers.NaiveBayes(label, features), watch));
}
