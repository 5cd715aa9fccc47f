using System.Runtime.InteropServices;
using RouteSae.Autoencoders;
using RouteSae.Features;
using static TorchSharp.torch;

namespace RouteSae.Interpretation;

/// <summary>
/// Finds a readable name for every latent: among the tokens on which it fires most strongly, the labels that take up most of
/// the activation. Memory grows with the number of different labels, not with the number of tokens seen.
/// </summary>
public sealed class FeatureCatalogBuilder
{
    private const int StrongestKept = 64;
    private const int LabelsPerName = 3;

    private readonly PriorityQueue<int, float>[] _strongest; // per latent: labels by activation, the weakest first
    private readonly long[] _fired;
    private readonly Dictionary<string, int> _labelIds = new(StringComparer.Ordinal);
    private readonly List<string> _labels = [];

    /// <summary>Creates a builder that has seen nothing.</summary>
    /// <param name="latents">M, at least 1.</param>
    public FeatureCatalogBuilder(int latents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(latents, 1);
        _strongest = [.. Enumerable.Range(0, latents).Select(_ => new PriorityQueue<int, float>())];
        _fired = new long[latents];
    }

    /// <summary>Tokens seen so far.</summary>
    public long Tokens { get; private set; }

    /// <summary>Takes the codes of N tokens into account.</summary>
    /// <param name="codes">The codes; the caller keeps them.</param>
    /// <param name="labels">A label a token, N of them: the token's text, or what <see cref="WordPrefixes"/> makes of it.</param>
    /// <exception cref="ArgumentException">The number of labels is not N.</exception>
    public void Add(SparseCodes codes, IReadOnlyList<string> labels)
    {
        if (labels.Count != codes.Tokens)
            throw new ArgumentException($"There are {labels.Count} labels for {codes.Tokens} tokens.", nameof(labels));
        using var scope = NewDisposeScope();
        var indices = codes.Indices.cpu().contiguous().data<long>().ToArray();
        var values = codes.Values.detach().to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] > 0)
                Add((int)indices[i], values[i], labels[i / codes.Slots]);
        }
        Tokens += codes.Tokens;
    }

    /// <summary>Takes the codes of N tokens into account.</summary>
    internal void Add(TokenCodes codes, IReadOnlyList<string> labels)
    {
        for (var i = 0; i < codes.Values.Length; i++)
        {
            if (codes.Values[i] > 0)
                Add((int)codes.Latents[i], codes.Values[i], labels[i / codes.Slots]);
        }
        Tokens += labels.Count;
    }

    /// <summary>The catalogue: labels that differ only in case or in a leading space count as one; a latent that never fired has none.</summary>
    public FeatureCatalog Build() => new([.. _strongest.Select((queue, latent) => new FeatureDescription
    {
        Tokens = Name(queue),
        Density = Tokens == 0 ? null : (double)_fired[latent] / Tokens,
    })]);

    private void Add(int latent, float value, string label)
    {
        _fired[latent]++;
        var queue = _strongest[latent];
        if (queue.Count == StrongestKept && queue.TryPeek(out _, out var weakest) && weakest >= value)
            return;
        ref var id = ref CollectionsMarshal.GetValueRefOrAddDefault(_labelIds, label, out var known);
        if (!known)
        {
            id = _labels.Count;
            _labels.Add(label);
        }
        if (queue.Count == StrongestKept)
            queue.EnqueueDequeue(id, value);
        else
            queue.Enqueue(id, value);
    }

    private string[] Name(PriorityQueue<int, float> queue) =>
    [
        .. queue.UnorderedItems
            .Select(item => (Label: _labels[item.Element], Activation: item.Priority))
            .GroupBy(item => item.Label.Trim().ToLowerInvariant())
            .OrderByDescending(group => group.Sum(item => item.Activation)).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Take(LabelsPerName)
            .Select(group => group.MaxBy(item => item.Activation).Label),
    ];
}
