using RouteSae.Autoencoders;
using RouteSae.Features;

namespace RouteSae.ClassificationBenchmark;

/// <summary>Gathers the codes of texts' tokens into vectors, by several poolings.</summary>
/// <param name="latents">M.</param>
/// <param name="texts">The number of texts.</param>
/// <param name="poolings">The poolings.</param>
internal sealed class CodePooling(int latents, int texts, params IReadOnlyList<Pooling> poolings)
{
    private readonly FeatureVector[][] _vectors = [.. poolings.Select(_ => Enumerable.Repeat(FeatureVector.Empty, texts).ToArray())];

    /// <summary>Pools the codes of a batch.</summary>
    /// <param name="batch">The numbers of its texts.</param>
    /// <param name="first">Where each text's tokens begin in the codes, [batch + 1].</param>
    /// <param name="codes">The codes of the batch's tokens.</param>
    public void Add(IReadOnlyList<int> batch, int[] first, SparseCodes codes)
    {
        var (indices, values, slots) = (codes.Indices.contiguous().data<long>().ToArray(), codes.Values.contiguous().data<float>().ToArray(), codes.Slots);
        for (var text = 0; text < batch.Count; text++)
        {
            var (firsts, active, activations) = (new int[first[text + 1] - first[text] + 1], new List<int>(), new List<float>());
            for (var token = first[text]; token < first[text + 1]; token++)
            {
                for (var slot = token * slots; slot < (token + 1) * slots; slot++)
                {
                    if (values[slot] == 0)
                        continue;
                    active.Add((int)indices[slot]);
                    activations.Add(values[slot]);
                }
                firsts[token + 1 - first[text]] = active.Count;
            }
            var ofText = new TextCodes(latents, new TextCodesToken[firsts.Length - 1], firsts, [.. active], [.. activations]);
            for (var place = 0; place < poolings.Count; place++)
                _vectors[place][batch[text]] = ofText.Pool(poolings[place]);
        }
    }

    /// <summary>The vectors of all texts.</summary>
    public SparseRows Rows(Pooling pooling) => SparseRows.Of(_vectors[poolings.ToList().IndexOf(pooling)], latents);
}
