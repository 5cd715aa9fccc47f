using RouteSae.Autoencoders;
using RouteSae.LanguageModels;

namespace RouteSae.PaperComparison;

/// <summary>An architecture at a number of active latents.</summary>
/// <param name="Architecture">Its name in the report.</param>
/// <param name="ActiveLatents">K, or the L0 that the penalty is tuned to.</param>
/// <param name="IsPenalized">Whether a penalty makes it sparse.</param>
/// <param name="Create">Makes one from a seed.</param>
internal sealed record Candidate(string Architecture, int ActiveLatents, bool IsPenalized, Func<int, AutoencoderModel> Create)
{
    /// <summary>Names files, routes and rows.</summary>
    public string Name => $"{Architecture} K{ActiveLatents}";

    /// <summary>RouteSAE, hard and soft, and the paper's baselines.</summary>
    public static IReadOnlyList<Candidate> All(DecoderConfig config, ComparisonOptions options) =>
        [.. options.Active.SelectMany(active => Of(config, options.Latents, active))];

    private static IEnumerable<Candidate> Of(DecoderConfig config, int latents, int active)
    {
        var routed = config.DefaultRoutedHiddenStates;
        var single = config.LayerCount * 3 / 4; // the layer of the paper's single-layer baselines: three quarters of the depth
        var sizes = new AutoencoderArchitecture { HiddenSize = config.HiddenSize, Latents = latents };
        yield return new("RouteSAE hard", active, false, seed => RouteSae(RoutingMode.Hard, seed));
        yield return new("RouteSAE soft", active, false, seed => RouteSae(RoutingMode.Soft, seed));
        yield return new("TopK", active, false, seed => new SingleLayerModel(TopK(seed), single));
        yield return new("MLSAE", active, false, seed => new MultiLayerModel(TopK(seed), routed));
        yield return new("Random layer", active, false, seed => new RandomLayerModel(TopK(seed), routed, seed));
        yield return new("ReLU", active, true, seed => new SingleLayerModel(ReluAutoencoder.Create(sizes, seed), single));
        yield return new("Gated", active, true, seed => new SingleLayerModel(GatedAutoencoder.Create(sizes, seed), single));
        yield return new("JumpReLU", active, true, seed => new SingleLayerModel(JumpReluAutoencoder.Create(JumpRelu(), seed), single));
        yield return new("Crosscoder", active, true, seed => CrosscoderModel.Create(Crosscoder(), seed));

        RouteSaeModel RouteSae(RoutingMode mode, int seed) => RouteSaeModel.Create(
            new RouteSaeArchitecture { HiddenSize = config.HiddenSize, RoutedHiddenStates = routed, Latents = latents, ActiveLatents = active, Mode = mode }, seed);
        TopKAutoencoder TopK(int seed) => TopKAutoencoder.Create(
            new TopKArchitecture { HiddenSize = config.HiddenSize, Latents = latents, ActiveLatents = active }, seed);
        // JumpReLU's paper has ε = 0.001 for activations of length 1; standardised ones have length √D.
        JumpReluArchitecture JumpRelu() => new() { HiddenSize = config.HiddenSize, Latents = latents, Bandwidth = 1e-3 * Math.Sqrt(config.HiddenSize) };
        CrosscoderArchitecture Crosscoder() => new() { HiddenSize = config.HiddenSize, Latents = latents, HiddenStates = routed };
    }
}
