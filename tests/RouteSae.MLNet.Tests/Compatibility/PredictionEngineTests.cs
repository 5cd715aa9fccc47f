using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Prediction engines over a classifier, alone and as a pool that threads share.</summary>
public sealed class PredictionEngineTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private const int Threads = 16;

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_pool_under_sixteen_threads_predicts_as_the_batch_does()
    {
        var model = Classifier();
        var expected = Batch(model);
        var rows = Message.Many(MessageFeatures.Rows);
        var pool = new ConcurrentBag<PredictionEngine<Message, Prediction>>();
        var failures = new ConcurrentQueue<Exception>();
        var results = new Prediction[Threads][];

        var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() => results[i] = PredictAll(model, pool, rows, failures))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        failures.Should().BeEmpty();
        pool.Count.Should().BeInRange(1, Threads);
        results.Should().AllSatisfy(predictions => AssertEqual(predictions, expected));
    }

    [Fact]
    public void Engines_that_come_and_go_do_not_disturb_the_others()
    {
        var model = Classifier();
        var expected = Batch(model);
        var rows = Message.Many(MessageFeatures.Rows);
        using var lasting = _ml.Model.CreatePredictionEngine<Message, Prediction>(model);
        var results = new Prediction[Threads][];

        var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            using var engine = _ml.Model.CreatePredictionEngine<Message, Prediction>(model);
            results[i] = [.. rows[..10].Select(row => engine.Predict(row))];
        })).ToList();
        threads.ForEach(thread => thread.Start());
        var alone = rows.Select(row => lasting.Predict(row)).ToArray();
        threads.ForEach(thread => thread.Join());

        AssertEqual(alone, expected);
        results.Should().AllSatisfy(predictions => AssertEqual(predictions, expected[..10]));
        AssertEqual([.. rows.Select(row => lasting.Predict(row))], expected);
    }

    [Fact]
    public void An_engine_over_a_loaded_model_predicts_the_same()
    {
        var model = Classifier();

        using var engine = _ml.Model.CreatePredictionEngine<Message, Prediction>(messages.Reload(model, messages.Source.Schema));

        AssertEqual([.. Message.Many(MessageFeatures.Rows).Select(row => engine.Predict(row))], Batch(model));
    }

    [Fact]
    public void An_engine_shows_the_features_with_their_names()
    {
        using var engine = _ml.Model.CreatePredictionEngine<Message, Prediction>(Classifier());

        var prediction = engine.Predict(new Message { Text = "rain and storm" });

        VBuffer<ReadOnlyMemory<char>> names = default;
        engine.OutputSchema["Features"].GetSlotNames(ref names);
        names.Length.Should().Be(prediction.Features.Length);
        names.GetItemOrDefault(2).ToString().Should().Be(messages.Transformer.FeatureNames[2]);
        prediction.Features.Items().Should().NotBeEmpty();
    }

    private static Prediction[] PredictAll(
        ITransformer model, ConcurrentBag<PredictionEngine<Message, Prediction>> pool, List<Message> rows, ConcurrentQueue<Exception> failures)
    {
        try
        {
            return [.. rows.Select(row =>
            {
                var engine = pool.TryTake(out var free) ? free : new MLContext(seed: 1).Model.CreatePredictionEngine<Message, Prediction>(model);
                var prediction = engine.Predict(row);
                pool.Add(engine);
                return prediction;
            })];
        }
        catch (Exception exception)
        {
            failures.Enqueue(exception);
            return [];
        }
    }

    private static void AssertEqual(Prediction[] actual, Prediction[] expected)
    {
        actual.Select(prediction => prediction.PredictedTopic).Should().Equal(expected.Select(prediction => prediction.PredictedTopic));
        actual.SelectMany(prediction => prediction.Score).Zip(expected.SelectMany(prediction => prediction.Score))
            .Should().HaveCount(3 * expected.Length).And.OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4f);
    }

    private Prediction[] Batch(ITransformer model) =>
        [.. _ml.Data.CreateEnumerable<Prediction>(model.Transform(messages.Source), reuseRowObject: false)];

    private ITransformer Classifier() =>
        _ml.Transforms.Conversion.MapValueToKey("TopicKey", "Topic")
            .Append(messages.Estimator)
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("TopicKey"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedTopic", "PredictedLabel"))
            .Fit(messages.Source);

    private sealed class Prediction
    {
        public string PredictedTopic { get; set; } = "";

        public float[] Score { get; set; } = [];

        public VBuffer<float> Features { get; set; }
    }
}
