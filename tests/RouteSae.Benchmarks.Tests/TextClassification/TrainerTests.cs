using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using RouteSae.ClassificationBenchmark;
using RouteSae.Features;
using Xunit;

namespace RouteSae.Benchmarks.Tests.TextClassification;

public sealed class TrainerTests
{
    private const int Columns = 20;

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 0.1)]
    [InlineData(6, 1)]
    [InlineData(12, 3)]
    public void FindsWhatMlNetFindsWithoutL1(int classes, double l2)
    {
        var (rows, labels) = Data(classes);
        int[] train = [.. Enumerable.Range(0, rows.Count)];

        var model = MaximumEntropyTrainer.Train(new MaximumEntropyLoss(rows, train, labels, l2), new MaximumEntropyModel(Columns, classes), MaximumEntropyTrainer.Tight);

        var (weights, biases) = ByMlNet(rows, labels, classes, l2);
        for (var label = 0; label < classes; label++)
        {
            model.Bias(label).Should().BeApproximately(biases[label], 0.01f);
            for (var column = 0; column < Columns; column++)
                model.Weight(column, label).Should().BeApproximately(weights[label][column], 0.01f);
        }
        weights.SelectMany(weight => weight).Max().Should().BeGreaterThan(0.2f);
    }

    [Fact]
    public void TheGradientIsThatOfTheLoss()
    {
        var (rows, labels) = Data(classes: 3);
        var loss = new MaximumEntropyLoss(rows, [0, 5, 9], labels, l2: 0.5);
        var model = new MaximumEntropyModel(Columns, 3);
        for (var place = 0; place < model.Weights.Length; place++)
            model.Weights[place] = place % model.Stride < 3 ? MathF.Sin(place) : 0;
        var (gradient, other) = (new float[model.Weights.Length], new float[model.Weights.Length]);
        loss.Evaluate(model, gradient);

        foreach (var place in new[] { 0, 1, 14, 30, Columns * model.Stride + 2 })
        {
            var (above, below) = (model.Copy(), model.Copy());
            above.Weights[place] += 0.01f;
            below.Weights[place] -= 0.01f;
            gradient[place].Should().BeApproximately((float)((loss.Evaluate(above, other) - loss.Evaluate(below, other)) / 0.02), 2e-3f);
        }
    }

    [Fact]
    public void ChoosesByTheValidationPart()
    {
        // Labels that the features do not tell: the strongest regularisation has the least log-loss.
        var random = new Random(3);
        var (rows, _) = Data(classes: 2);
        int[] labels = [.. Enumerable.Range(0, rows.Count).Select(_ => random.Next(2))];
        int[] train = [.. Enumerable.Range(0, rows.Count)];

        var choice = ModelChoice.Choose(_ => rows, ModelChoice.Parts(train, labels, seed: 1), [FeatureScaling.None], labels, 2);
        var learnable = ModelChoice.Choose(_ => rows, ModelChoice.Parts(train, Data(2).Labels, seed: 1), [FeatureScaling.None], Data(2).Labels, 2);

        choice.L2.Should().Be(ModelChoice.Strengths[0]);
        learnable.L2.Should().BeLessThan(3);
        learnable.LogLoss.Should().BeLessThan(choice.LogLoss);
    }

    /// <summary>The class is the largest of sums over every classes-th column, with noise.</summary>
    private static (SparseRows Rows, int[] Labels) Data(int classes)
    {
        var random = new Random(1);
        var (vectors, labels) = (new List<FeatureVector>(), new List<int>());
        for (var row = 0; row < 200; row++)
        {
            int[] indices = [.. Enumerable.Range(0, Columns).Where(_ => random.Next(3) == 0)];
            float[] values = [.. indices.Select(_ => (float)random.NextDouble() + 0.5f)];
            vectors.Add(new FeatureVector(indices, values));
            labels.Add(Enumerable.Range(0, classes).MaxBy(label => indices.Zip(values).Where(pair => pair.First % classes == label).Sum(pair => pair.Second) + random.NextDouble()));
        }
        return (SparseRows.Of(vectors, Columns), [.. labels]);
    }

    private static (float[][] Weights, float[] Biases) ByMlNet(SparseRows rows, int[] labels, int classes, double l2)
    {
        var ml = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Columns);
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), classes);
        var data = ml.Data.LoadFromEnumerable(
            labels.Select((label, row) => new Row { Label = (uint)label, Features = new VBuffer<float>(Columns, rows.IndicesOf(row).Length, rows.ValuesOf(row).ToArray(), rows.IndicesOf(row).ToArray()) }), schema);
        var model = ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(new LbfgsMaximumEntropyMulticlassTrainer.Options
        {
            L1Regularization = 0, L2Regularization = (float)l2, OptimizationTolerance = 1e-9f,
        }).Fit(data).Model;
        VBuffer<float>[] weights = [];
        model.GetWeights(ref weights, out _);
        return ([.. weights.Select(weight => weight.DenseValues().ToArray())], [.. model.GetBiases()]);
    }

    private sealed class Row
    {
        public uint Label { get; set; }

        public VBuffer<float> Features { get; set; }
    }
}
