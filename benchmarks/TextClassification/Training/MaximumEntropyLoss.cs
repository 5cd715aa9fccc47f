using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Σ −ln p(yᵢ | xᵢ) + λ/2 ‖W‖², which ML.NET's LbfgsMaximumEntropy minimises with L1 = 0: the sum over the rows, the biases not penalised.</summary>
/// <param name="rows">The features of all rows.</param>
/// <param name="train">The rows to sum over.</param>
/// <param name="labels">The class of every row.</param>
/// <param name="l2">λ.</param>
internal sealed class MaximumEntropyLoss(SparseRows rows, IReadOnlyList<int> train, int[] labels, double l2)
{
    public int Rows => train.Count;

    /// <summary>The loss and its gradient.</summary>
    /// <param name="model">Where.</param>
    /// <param name="gradient">Written, of the shape of the weights.</param>
    public double Evaluate(MaximumEntropyModel model, float[] gradient)
    {
        var weights = model.Weights.AsSpan(0, model.Columns * model.Stride);
        TensorPrimitives.Multiply(weights, (float)l2, gradient);
        gradient.AsSpan(weights.Length).Clear();
        var loss = l2 / 2 * SquaredLength(weights);
        Span<float> scores = stackalloc float[model.Stride];
        foreach (var row in train)
        {
            model.Predict(rows, row, scores);
            var label = labels[row];
            loss -= Math.Log(Math.Max(scores[label], float.Epsilon));
            scores[label] -= 1;
            AddOuter(rows.IndicesOf(row), rows.ValuesOf(row), scores, gradient, model.Columns);
        }
        return loss;
    }

    /// <summary>Adds (p − y) xᵀ, and p − y to the biases.</summary>
    private static void AddOuter(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<float> residual, float[] gradient, int columns)
    {
        var bias = gradient.AsSpan(columns * residual.Length, residual.Length);
        TensorPrimitives.Add(bias, residual, bias);
        ref var sums = ref MemoryMarshal.GetArrayDataReference(gradient);
        ref var of = ref MemoryMarshal.GetReference(residual);
        var stride = (nuint)residual.Length;
        if (stride == 4)
        {
            AddNarrow(indices, values, Vector128.LoadUnsafe(ref of), ref sums);
            return;
        }
        for (nuint part = 0; part < stride; part += 8)
        {
            var factor = Vector256.LoadUnsafe(ref of, part);
            for (var place = 0; place < indices.Length; place++)
            {
                var at = (nuint)indices[place] * stride + part;
                (Vector256.LoadUnsafe(ref sums, at) + factor * values[place]).StoreUnsafe(ref sums, at);
            }
        }
    }

    private static void AddNarrow(ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Vector128<float> factor, ref float sums)
    {
        for (var place = 0; place < indices.Length; place++)
        {
            var at = (nuint)indices[place] * 4;
            (Vector128.LoadUnsafe(ref sums, at) + factor * values[place]).StoreUnsafe(ref sums, at);
        }
    }

    /// <summary>In blocks, because single precision cannot hold the sum of many.</summary>
    private static double SquaredLength(ReadOnlySpan<float> values)
    {
        const int Block = 4096;
        var sum = 0.0;
        for (; values.Length > Block; values = values[Block..])
            sum += TensorPrimitives.SumOfSquares(values[..Block]);
        return sum + TensorPrimitives.SumOfSquares(values);
    }
}
