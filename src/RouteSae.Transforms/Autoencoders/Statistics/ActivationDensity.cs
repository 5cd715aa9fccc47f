using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Statistics;

/// <summary>How often each latent fires: the part of the codes in which its value is not zero.</summary>
public sealed class ActivationDensity
{
    private readonly long[] _counts;

    /// <summary>Starts at zero codes.</summary>
    /// <param name="latents">M.</param>
    public ActivationDensity(int latents) => _counts = new long[latents];

    /// <summary>The number of codes seen.</summary>
    public long Codes { get; private set; }

    /// <summary>In how many codes each latent fired, M numbers.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>The part of the codes in which a latent fired, 0 to 1; NaN before the first code.</summary>
    /// <param name="latent">0 to M − 1.</param>
    public double this[int latent] => (double)_counts[latent] / Codes;

    /// <summary>Takes note of a batch.</summary>
    public void Add(SparseCodes codes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var fired = codes.Indices.masked_select(codes.Values != 0);
        var counts = fired.bincount(null, minlength: _counts.Length).cpu().data<long>();
        if (counts.Count > _counts.Length)
            throw new ArgumentException($"The codes name latent {counts.Count - 1}, but there are only {_counts.Length} (0 to {_counts.Length - 1}).", nameof(codes));
        for (var latent = 0; latent < _counts.Length; latent++)
            _counts[latent] += counts[latent];
        Codes += codes.Tokens;
    }
}
