namespace RouteSae.Features;

/// <summary>Gathers the codes of a text's pooled tokens, in their order, into one vector (<see cref="Pooling"/>); then takes the next text. M latents.</summary>
internal sealed class PooledCodes(int latents)
{
    [ThreadStatic]
    private static PooledCodes? t_own;

    private readonly Activations[] _activations = new Activations[latents];
    private readonly List<int> _active = [];
    private int _tokens;

    /// <summary>The calling thread's own, for M latents.</summary>
    public static PooledCodes OfThread(int latents) => t_own is { } own && own._activations.Length == latents ? own : t_own = new PooledCodes(latents);

    /// <summary>Adds the active latents of the next pooled token.</summary>
    public void Add(ReadOnlySpan<int> latents, ReadOnlySpan<float> values, float minimum)
    {
        for (var i = 0; i < latents.Length; i++)
        {
            if ((minimum <= 0 || values[i] >= minimum) && _activations[latents[i]].Add(values[i], _tokens))
            {
                _active.Add(latents[i]);
            }
        }

        _tokens++;
    }

    /// <summary>The vector of the text, which is then forgotten.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The pooling is not known.</exception>
    public FeatureVector ToVector(Pooling pooling)
    {
        _active.Sort();
        var (indices, values) = (new List<int>(_active.Count), new List<float>(_active.Count));
        foreach (var latent in _active)
        {
            if (_activations[latent].Pooled(pooling, _tokens) is not 0 and var value)
            {
                indices.Add(latent);
                values.Add(value);
            }

            _activations[latent] = default;
        }

        _active.Clear();
        _tokens = 0;
        return indices.Count == 0 ? FeatureVector.Empty : new FeatureVector([.. indices], [.. values]);
    }

    private struct Activations
    {
        private int _count;
        private float _max;
        private float _sum;
        private float _last;
        private int _lastToken;

        /// <summary>Adds an activation; true when it is the first.</summary>
        public bool Add(float value, int token)
        {
            _max = _count == 0 ? value : Math.Max(_max, value);
            _sum += value;
            _last = value;
            _lastToken = token;
            return _count++ == 0;
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
