using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Statistics;

namespace RouteSae.Evaluation;

/// <summary>The metrics that need the encoded activations alone, over batches.</summary>
internal sealed class EncodingSums
{
    private readonly ActivationDensity _density;
    private readonly LayerOfOrigin _origin;
    private readonly ExplainedVariance _variance = new();
    private readonly MeanActiveLatents _activeLatents = new();
    private readonly RoutingShare _share;
    private readonly RoutingEntropy _entropy = new();
    private readonly ChosenProbability _chosen = new();

    public EncodingSums(AutoencoderModel autoencoder)
    {
        _density = new ActivationDensity(autoencoder.Latents);
        _origin = new LayerOfOrigin(autoencoder.Latents, autoencoder.HiddenStates.Count);
        _share = new RoutingShare(autoencoder.HiddenStates.Count);
    }

    public MeanNormalizedMse NormalizedMse { get; } = new();

    public void Add(EncodedActivations encoded)
    {
        NormalizedMse.Add(encoded.Reconstruction, encoded.Targets);
        _variance.Add(encoded.Reconstruction, encoded.Targets);
        _activeLatents.Add(encoded.Codes);
        _density.Add(encoded.Codes);
        _origin.Add(encoded.Codes, encoded.LayerWeights);
        _share.Add(encoded.LayerWeights);
        if (encoded.Probabilities is { } probabilities)
        {
            _entropy.Add(probabilities);
            _chosen.Add(probabilities);
        }
    }

    public EvaluationReport Report(AutoencoderModel autoencoder, long tokens, DownstreamReport? downstream) => new()
    {
        Autoencoder = autoencoder.Description,
        HiddenStates = autoencoder.HiddenStates,
        Tokens = tokens,
        NormalizedMse = NormalizedMse.Value,
        ExplainedVariance = _variance.Value,
        ActiveLatents = _activeLatents.Value,
        DeadLatents = DeadLatents.Count(_density),
        RoutingShare = _share.Value,
        ShareEntropy = RoutingEntropy.OfShares(_share.Value),
        TokenEntropy = _entropy.Tokens == 0 ? null : _entropy.Value,
        ChosenProbability = _chosen.Tokens == 0 ? null : _chosen.Value,
        Latents = [.. Enumerable.Range(0, autoencoder.Latents).Select(Latent)],
        Downstream = downstream,
    };

    private LatentReport Latent(int latent) => new()
    {
        Count = _density.Counts[latent],
        Density = _density[latent],
        OriginByCount = _origin.ByCount(latent),
        OriginByActivation = _origin.ByActivation(latent),
    };
}
