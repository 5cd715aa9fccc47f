using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RouteSae.ClassificationBenchmark;

/// <summary>A multinomial logistic regression: p = softmax(W x + b).</summary>
internal sealed class MaximumEntropyModel
{
    /// <summary>Makes a model with all weights zero.</summary>
    public MaximumEntropyModel(int columns, int classes)
    {
        (Columns, Classes) = (columns, classes);
        Stride = classes <= 4 ? 4 : (classes + 7) / 8 * 8;
        Weights = new float[(columns + 1) * Stride];
    }

    private MaximumEntropyModel(MaximumEntropyModel other)
    {
        (Columns, Classes, Stride) = (other.Columns, other.Classes, other.Stride);
        Weights = [.. other.Weights];
    }

    public int Columns { get; }

    public int Classes { get; }

    /// <summary>The room of a feature's weights: the classes, rounded up for vector instructions. The rest stays 0.</summary>
    public int Stride { get; }

    /// <summary>The weights of each feature for all classes, then the biases, [columns + 1, stride].</summary>
    public float[] Weights { get; }

    /// <summary>How training ended.</summary>
    public int Iterations { get; set; }

    public MaximumEntropyModel Copy() => new(this);

    public float Weight(int column, int label) => Weights[column * Stride + label];

    public float Bias(int label) => Weights[Columns * Stride + label];

    /// <summary>The scores W x + b of a row.</summary>
    /// <param name="rows">The features.</param>
    /// <param name="row">Which row.</param>
    /// <param name="scores">[stride].</param>
    public void Score(SparseRows rows, int row, Span<float> scores)
    {
        Weights.AsSpan(Columns * Stride, Stride).CopyTo(scores);
        AddRow(rows.IndicesOf(row), rows.ValuesOf(row), scores);
    }

    /// <summary>The probabilities of the classes for a row.</summary>
    /// <param name="rows">The features.</param>
    /// <param name="row">Which row.</param>
    /// <param name="probabilities">[stride]; those beyond the classes are 0.</param>
    public void Predict(SparseRows rows, int row, Span<float> probabilities)
    {
        Score(rows, row, probabilities);
        Softmax(probabilities, Classes);
    }

    /// <summary>Scores to probabilities, in place.</summary>
    public static void Softmax(Span<float> scores, int classes)
    {
        var largest = float.NegativeInfinity;
        for (var label = 0; label < classes; label++)
            largest = Math.Max(largest, scores[label]);
        var sum = 0f;
        for (var label = 0; label < classes; label++)
            sum += scores[label] = MathF.Exp(scores[label] - largest);
        for (var label = 0; label < classes; label++)
            scores[label] /= sum;
        scores[classes..].Clear();
    }

    private void AddRow(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> scores)
    {
        ref var weights = ref MemoryMarshal.GetArrayDataReference(Weights);
        ref var sums = ref MemoryMarshal.GetReference(scores);
        var stride = (nuint)Stride;
        if (stride == 4)
        {
            var sum = Vector128.LoadUnsafe(ref sums);
            for (var place = 0; place < indices.Length; place++)
                sum += Vector128.LoadUnsafe(ref weights, (nuint)indices[place] * stride) * values[place];
            sum.StoreUnsafe(ref sums);
            return;
        }
        for (nuint part = 0; part < stride; part += 8)
        {
            var sum = Vector256.LoadUnsafe(ref sums, part);
            for (var place = 0; place < indices.Length; place++)
                sum += Vector256.LoadUnsafe(ref weights, (nuint)indices[place] * stride + part) * values[place];
            sum.StoreUnsafe(ref sums, part);
        }
    }
}
