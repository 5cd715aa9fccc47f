using System.Runtime.InteropServices;

namespace RouteSae.Features;

/// <summary>Gathers the codes of a text's pooled tokens, in their order, into one vector (<see cref="Pooling"/>).</summary>
internal sealed class PooledCodes
{
    private readonly Dictionary<int, Activations> _latents = [];
    private int _tokens;

    /// <summary>Adds the codes of the next pooled token.</summary>
    public void Add(ReadOnlySpan<long> latents, ReadOnlySpan<float> values)
    {
        for (var slot = 0; slot < latents.Length; slot++)
        {
            if (values[slot] != 0)
            {
                ref var activations = ref CollectionsMarshal.GetValueRefOrAddDefault(_latents, (int)latents[slot], out _);
                activations.Add(values[slot], _tokens);
            }
        }

        _tokens++;
    }

    public FeatureVector ToVector(Pooling pooling)
    {
        var features = _latents
            .Select(latent => (Latent: latent.Key, Value: latent.Value.Pooled(pooling, _tokens)))
            .Where(feature => feature.Value != 0)
            .OrderBy(feature => feature.Latent)
            .ToList();
        return features.Count == 0
            ? FeatureVector.Empty
            : new FeatureVector([.. features.Select(feature => feature.Latent)], [.. features.Select(feature => feature.Value)]);
    }

    private struct Activations
    {
        private int _count;
        private float _max;
        private float _sum;
        private float _last;
        private int _lastToken;

        public void Add(float value, int token)
        {
            _max = _count == 0 ? value : Math.Max(_max, value);
            _sum += value;
            _count++;
            _last = value;
            _lastToken = token;
        }

        public readonly float Pooled(Pooling pooling, int tokens) => pooling switch
        {
            // A latent that is not active on some token has the activation 0 there, which a negative code does not exceed.
            Pooling.Max => _count < tokens ? Math.Max(_max, 0) : _max,
            Pooling.Mean => _sum / tokens,
            Pooling.Sum => _sum,
            Pooling.Count => _count,
            Pooling.Binary => 1,
            Pooling.Last => _lastToken == tokens - 1 ? _last : 0,
            _ => throw new ArgumentOutOfRangeException(
                nameof(pooling), pooling, $"This pooling is not known. Choose one of {string.Join(", ", Enum.GetNames<Pooling>())}."),
        };
    }
}
