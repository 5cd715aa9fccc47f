using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>With ML.NET's caches the network reads every text once, and nothing else changes.</summary>
public sealed class CachingTests
{
    private const int Rows = 90;

    private readonly MLContext _ml = new(seed: 1);
    private readonly FakeModel _model = new();
    private readonly IDataView _source = new MLContext(seed: 1).Data.LoadFromEnumerable(Message.Many(Rows));

    public static TheoryData<string> ManyPasses => ["SdcaMaximumEntropy", "OneVersusAll", "LbfgsMaximumEntropy"];

    [Theory]
    [MemberData(nameof(ManyPasses))]
    public void A_checkpoint_before_a_trainer_of_many_passes_reads_every_text_once(string trainer)
    {
        KeyAnd(new FakeEstimator(_model)).AppendCacheCheckpoint(_ml).Append(Trainer(trainer)).Fit(_source);

        _model.Texts.Should().Be(Rows);
    }

    [Theory]
    [MemberData(nameof(ManyPasses))]
    public void A_model_trained_with_a_checkpoint_scores_as_one_trained_without(string trainer)
    {
        var with = KeyAnd(new FakeEstimator(_model)).AppendCacheCheckpoint(_ml).Append(Trainer(trainer)).Fit(_source);
        var without = KeyAnd(new FakeEstimator(_model)).Append(Trainer(trainer)).Fit(_source);

        var differences = Scores(with).Zip(Scores(without), (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max());
        differences.Should().HaveCount(Rows).And.OnlyContain(difference => difference < 1e-4);
    }

    [Fact]
    public void A_cached_view_holds_the_same_values_in_the_same_order_and_reads_every_text_once()
    {
        var view = _model.Transformer().Transform(_source);
        var expected = MessageFeatures.Vectors(view);
        var before = _model.Texts;

        var cached = _ml.Data.Cache(view);

        for (var pass = 0; pass < 5; pass++)
        {
            MessageFeatures.Vectors(cached).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
        }

        (_model.Texts - before).Should().Be(Rows);
        MessageFeatures.SlotNames(cached).Should().Equal(MessageFeatures.SlotNames(view));
        cached.GetColumn<string>("Text").Should().Equal(view.GetColumn<string>("Text"));
    }

    [Fact]
    public void A_cache_that_is_told_its_columns_reads_every_text_once()
    {
        var cached = _ml.Data.Cache(_model.Transformer().Transform(_source), "Features", "Label");

        var model = _ml.BinaryClassification.Trainers.AveragedPerceptron(numberOfIterations: 20).Fit(cached);

        _ml.BinaryClassification.EvaluateNonCalibrated(model.Transform(cached)).AreaUnderRocCurve.Should().BeGreaterThan(0.8);
        _model.Texts.Should().Be(Rows);
    }

    [Fact]
    public void Several_threads_may_read_a_cached_view()
    {
        var cached = _ml.Data.Cache(_model.Transformer().Transform(_source));
        var expected = MessageFeatures.Vectors(_model.Transformer().Transform(_source)).Sum(vector => vector.Sum());
        var cursors = cached.GetRowCursorSet([cached.Schema["Features"]], 4);
        var sums = new double[cursors.Length];

        var threads = cursors.Select((cursor, i) => new Thread(() => sums[i] = Sum(cursor, cached.Schema["Features"]))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        sums.Sum().Should().Be(expected);
    }

    private static double Sum(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        using (cursor)
        {
            var getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> vector = default;
            var sum = 0.0;
            while (cursor.MoveNext())
            {
                getter(ref vector);
                sum += vector.Items().Sum(item => item.Value);
            }

            return sum;
        }
    }

    private EstimatorChain<RouteSaeTransformer> KeyAnd(FakeEstimator estimator) =>
        _ml.Transforms.Conversion.MapValueToKey("TopicKey", "Topic").Append(estimator);

    // One thread and no shuffling, so that two runs see the rows in the same order: a cached view can be shuffled, its source cannot.
    private IEstimator<ITransformer> Trainer(string name) => name switch
    {
        "SdcaMaximumEntropy" => new MLContext(seed: 2).MulticlassClassification.Trainers.SdcaMaximumEntropy(
            new SdcaMaximumEntropyMulticlassTrainer.Options { LabelColumnName = "TopicKey", NumberOfThreads = 1, Shuffle = false, MaximumNumberOfIterations = 20 }),
        "OneVersusAll" => new MLContext(seed: 2).MulticlassClassification.Trainers.OneVersusAll(
            new MLContext(seed: 2).BinaryClassification.Trainers.AveragedPerceptron(
                new AveragedPerceptronTrainer.Options { LabelColumnName = "TopicKey", Shuffle = false }), "TopicKey"),
        _ => new MLContext(seed: 2).MulticlassClassification.Trainers.LbfgsMaximumEntropy(
            new LbfgsMaximumEntropyMulticlassTrainer.Options { LabelColumnName = "TopicKey", NumberOfThreads = 1 }),
    };

    private List<float[]> Scores(ITransformer model) => [.. model.Transform(_source).GetColumn<float[]>("Score")];
}
