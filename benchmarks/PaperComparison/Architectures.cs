using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using RouteSae.LanguageModels;
using RouteSae.Tensors;

namespace RouteSae.PaperComparison;

/// <summary>RouteSAE, hard and soft, and the paper's baselines.</summary>
internal sealed class Architectures(DecoderConfig config, int latents)
{
    private readonly IReadOnlyList<int> _routed = config.DefaultRoutedHiddenStates;
    private readonly int _single = config.LayerCount * 3 / 4; // the depth of the paper's single-layer baselines

    public IEnumerable<Candidate> All(int active)
    {
        yield return Routed("RouteSAE hard", Routing(active));
        yield return Routed("RouteSAE soft", Routing(active) with { Mode = RoutingMode.Soft });
        yield return TopK("TopK", active, (autoencoder, _) => new SingleLayerModel(autoencoder, _single));
        yield return OfKind(BatchTopKAutoencoder.Definition, active);
        yield return OfKind(MatryoshkaBatchTopKAutoencoder.Definition, active);
        yield return TopK("MLSAE", active, (autoencoder, _) => new MultiLayerModel(autoencoder, _routed));
        yield return TopK("Random layer", active, (autoencoder, seed) => new RandomLayerModel(autoencoder, _routed, seed));
        yield return Single("ReLU", active, seed => ReluAutoencoder.Create(Sizes, seed), file => ReluAutoencoder.Load(Sizes, file));
        yield return Single("Gated", active, seed => GatedAutoencoder.Create(Sizes, seed), file => GatedAutoencoder.Load(Sizes, file));
        yield return Single("JumpReLU", active, seed => JumpReluAutoencoder.Create(JumpRelu, seed), file => JumpReluAutoencoder.Load(JumpRelu, file));
        yield return new Candidate(
            "Crosscoder", active, seed => CrosscoderModel.Create(Crosscoder, seed), Reading(file => CrosscoderModel.Load(Crosscoder, file))) { IsPenalized = true };
    }

    /// <summary>The baselines by both rules. λ of the penalised ones is what Corrected needs for the wanted L0, or near it.</summary>
    public IEnumerable<Candidate> ByBothRules(int active)
    {
        foreach (var fidelity in new[] { Fidelity.Corrected, Fidelity.Reference })
        {
            var name = fidelity == Fidelity.Corrected ? "" : ", Fidelity.Reference";
            var sizes = Sizes with { Fidelity = fidelity };
            var jump = JumpRelu with { Fidelity = fidelity };
            yield return TopK($"TopK{name}", active, (autoencoder, _) => new SingleLayerModel(autoencoder, _single), fidelity);
            yield return TopK($"MLSAE{name}", active, (autoencoder, _) => new MultiLayerModel(autoencoder, _routed), fidelity);
            yield return TopK($"Random layer{name}", active, (autoencoder, seed) => new RandomLayerModel(autoencoder, _routed, seed), fidelity);
            yield return WithLambda(Single($"ReLU{name}, λ 10", active, seed => ReluAutoencoder.Create(sizes, seed), file => ReluAutoencoder.Load(sizes, file)), 10);
            yield return WithLambda(Single($"Gated{name}, λ 15", active, seed => GatedAutoencoder.Create(sizes, seed), file => GatedAutoencoder.Load(sizes, file)), 15);
            yield return WithLambda(Single($"JumpReLU{name}, λ 0.01", active, seed => JumpReluAutoencoder.Create(jump, seed), file => JumpReluAutoencoder.Load(jump, file)), 0.01);
        }
    }

    /// <summary>A hard RouteSAE, for variations.</summary>
    public RouteSaeArchitecture Routing(int active) =>
        new() { HiddenSize = config.HiddenSize, RoutedHiddenStates = _routed, Latents = latents, ActiveLatents = active };

    public static Candidate Routed(string name, RouteSaeArchitecture architecture) =>
        new(name, architecture.ActiveLatents, seed => RouteSaeModel.Create(architecture, seed), Reading(file => RouteSaeModel.Load(architecture, file)));

    private AutoencoderArchitecture Sizes => new() { HiddenSize = config.HiddenSize, Latents = latents };

    // JumpReLU's paper has ε = 0.001 for activations of length 1; standardised ones have length √D.
    private JumpReluArchitecture JumpRelu => new() { HiddenSize = config.HiddenSize, Latents = latents, Bandwidth = 1e-3 * Math.Sqrt(config.HiddenSize) };

    private CrosscoderArchitecture Crosscoder => new() { HiddenSize = config.HiddenSize, Latents = latents, HiddenStates = _routed };

    private static Candidate WithLambda(Candidate candidate, double lambda) =>
        candidate with { IsPenalized = false, Configure = options => options.SparsityCoefficient = lambda };

    private Candidate TopK(string name, int active, Func<TopKAutoencoder, int, AutoencoderModel> model, Fidelity fidelity = Fidelity.Corrected)
    {
        var architecture = new TopKArchitecture { HiddenSize = config.HiddenSize, Latents = latents, ActiveLatents = active, Fidelity = fidelity };
        return new Candidate(name, active, seed => model(TopKAutoencoder.Create(architecture, seed), seed), Reading(file => model(TopKAutoencoder.Load(architecture, file), 0)));
    }

    private Candidate OfKind(AutoencoderKind kind, int active)
    {
        var architecture = kind.ArchitectureOf(new AutoencoderSettings { HiddenSize = config.HiddenSize, Latents = latents, ActiveLatents = active });
        return Single(kind.Title, active, seed => kind.Create(architecture, seed), file => kind.Load(architecture, file)) with { IsPenalized = false };
    }

    private Candidate Single(string name, int active, Func<int, SparseAutoencoder> create, Func<ITensorSource, SparseAutoencoder> load) =>
        new(name, active, seed => new SingleLayerModel(create(seed), _single), Reading(file => new SingleLayerModel(load(file), _single))) { IsPenalized = true };

    private static Func<string, AutoencoderModel> Reading(Func<ITensorSource, AutoencoderModel> load) => path =>
    {
        using var file = SafetensorsFile.Open(path);
        return load(file);
    };
}
