using RouteSae.Features;
using static TorchSharp.torch;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The hidden states themselves, by mean, maximum and last token.</summary>
/// <param name="hiddenStates">How many pass by.</param>
/// <param name="width">D.</param>
/// <param name="texts">The number of texts; one without tokens stays zero.</param>
internal sealed class DenseReader(int hiddenStates, int width, int texts) : ITokenReader
{
    /// <summary>The poolings that are kept.</summary>
    public static readonly Pooling[] Poolings = [Pooling.Mean, Pooling.Max, Pooling.Last];

    private readonly float[][][] _pooled = [.. Enumerable.Range(0, hiddenStates).Select(_ => Poolings.Select(_ => new float[texts * width]).ToArray())];

    public void Read(IReadOnlyList<int> texts, int[] first, IReadOnlyList<Tensor> hiddenStates, long[] wanted)
    {
        using var scope = NewDisposeScope();
        var rows = tensor(wanted);
        for (var place = 0; place < hiddenStates.Count; place++)
        {
            var states = hiddenStates[place].index_select(0, rows).data<float>().ToArray();
            for (var text = 0; text < texts.Count; text++)
                Pool(states.AsSpan((first[text] * width)..(first[text + 1] * width)), _pooled[place], texts[text] * width);
        }
    }

    /// <summary>Dense rows.</summary>
    /// <param name="place">The place of the hidden state among those that passed by.</param>
    /// <param name="pooling">Mean, Max or Last.</param>
    public SparseRows Rows(int place, Pooling pooling) => SparseRows.Dense(_pooled[place][Array.IndexOf(Poolings, pooling)], width);

    private void Pool(ReadOnlySpan<float> states, float[][] pooled, int start)
    {
        if (states.Length == 0)
            return;
        var mean = pooled[0].AsSpan(start, width);
        var max = pooled[1].AsSpan(start, width);
        states[^width..].CopyTo(pooled[2].AsSpan(start, width));
        states[..width].CopyTo(max);
        for (var token = 0; token < states.Length; token += width)
        {
            var state = states.Slice(token, width);
            System.Numerics.Tensors.TensorPrimitives.Add(mean, state, mean);
            System.Numerics.Tensors.TensorPrimitives.Max(max, state, max);
        }
        System.Numerics.Tensors.TensorPrimitives.Divide(mean, (float)states.Length / width, mean);
    }
}
