using RouteSae.Features;

namespace RouteSae.MLNet.Models;

/// <summary>Codes of a text to the values of the feature column: a block of slots for each pooling, weighted, with the fitted latents alone.</summary>
internal sealed class FeatureSlots
{
    private readonly Pooling[] _poolings;
    private readonly float _minimum;
    private readonly bool _logarithm;
    private readonly FittedFeatures _fitted;
    private readonly int[]? _placeOfLatent; // −1 where the latent has no slot
    private readonly int _latents; // of a block

    public FeatureSlots(int latents, RouteSaeOptions options, FittedFeatures fitted)
    {
        _poolings = [options.Pooling, .. options.AdditionalPoolings];
        _minimum = options.MinimumActivation;
        _logarithm = options.Weighting is FeatureWeighting.Log1p or FeatureWeighting.Log1pIdf;
        _fitted = fitted;
        _latents = fitted.Latents?.Length ?? latents;
        if (fitted.Latents is { } kept)
        {
            _placeOfLatent = new int[latents];
            Array.Fill(_placeOfLatent, -1);
            for (var place = 0; place < kept.Length; place++)
            {
                _placeOfLatent[kept[place]] = place;
            }
        }

        var withSlots = fitted.Latents ?? [.. Enumerable.Range(0, latents)];
        All = [.. _poolings.SelectMany(pooling => withSlots.Select(latent => new FeatureSlot(latent, pooling)))];
    }

    /// <summary>What each slot holds.</summary>
    public IReadOnlyList<FeatureSlot> All { get; }

    /// <summary>The names of the slots: those of the latents, behind the pooling where there are several.</summary>
    public IReadOnlyList<string> Names(IReadOnlyList<string> latents) =>
        [.. All.Select(slot => _poolings.Length == 1 ? latents[slot.Latent] : $"{slot.Pooling} {latents[slot.Latent]}")];

    /// <summary>The values of a text.</summary>
    public FeatureVector Vector(TextCodes codes)
    {
        var (indices, values) = (new List<int>(), new List<float>());
        for (var block = 0; block < _poolings.Length; block++)
        {
            var pooled = codes.Pool(_poolings[block], _minimum);
            if (_poolings.Length == 1 && _placeOfLatent is null && !_logarithm && _fitted.InverseDocumentFrequency is null)
            {
                return pooled;
            }

            for (var i = 0; i < pooled.Indices.Length; i++)
            {
                var place = _placeOfLatent?[pooled.Indices[i]] ?? pooled.Indices[i];
                if (place >= 0)
                {
                    indices.Add(block * _latents + place);
                    values.Add(Weighted(pooled.Values[i], place));
                }
            }
        }

        return new FeatureVector([.. indices], [.. values]);
    }

    private float Weighted(float value, int place)
    {
        var scaled = _logarithm ? MathF.CopySign(MathF.Log(1 + MathF.Abs(value)), value) : value;
        return _fitted.InverseDocumentFrequency is { } weights ? scaled * weights[place] : scaled;
    }
}
