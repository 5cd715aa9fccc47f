using RouteSae.Autoencoders;
using RouteSae.Files;
using RouteSae.Tensors;
using RouteSae.Tokens;
using static TorchSharp.torch;

namespace RouteSae.Bundles;

/// <summary>The model of a bundle: what a manifest says of it, and how it is made from that.</summary>
internal static class BundledModel
{
    /// <summary>The first format that knows <see cref="AutoencoderKind"/> and <see cref="SpecialTokenPolicy.Begin"/>; what needs neither is written so that earlier versions read it.</summary>
    private const int FormatOfKinds = 2;

    /// <summary>A manifest without files that describes a model.</summary>
    /// <exception cref="NotSupportedException">A bundle cannot hold such a model.</exception>
    public static BundleManifest Describe(AutoencoderModel model, string name, int contextLength, SpecialTokenPolicy specialTokens)
    {
        var manifest = new BundleManifest
        {
            Format = model is RouteSaeModel && !specialTokens.Begin ? 1 : FormatOfKinds,
            Name = name,
            HiddenSize = model.HiddenSize,
            RoutedHiddenStates = model.HiddenStates,
            Latents = model.Latents,
            ActiveLatents = model.Latents,
            Fidelity = model.Fidelity,
            ContextLength = contextLength,
            SpecialTokens = specialTokens,
            Files = new Dictionary<string, BundleFile>(),
        };
        return model switch
        {
            RouteSaeModel { Architecture: var routed } => manifest with
            {
                ActiveLatents = routed.ActiveLatents,
                Aggregation = routed.Aggregation,
                Mode = routed.Mode,
                Target = routed.Target,
                Scaling = routed.Scaling,
            },
            SingleLayerModel single => WithKind(manifest with { Scaling = single.Scaling }, single.Autoencoder),
            _ => throw new NotSupportedException($"A bundle holds a RouteSAE or an autoencoder of one hidden state, not {model.Description}."),
        };
    }

    /// <summary>What is wrong with what a manifest says of its model.</summary>
    public static IEnumerable<string> Problems(BundleManifest manifest)
    {
        if (manifest.Architecture is { } routed)
            return routed.Problems();
        var problems = new List<string>(ArchitectureOf(manifest).Problems());
        if (manifest.RoutedHiddenStates is not [>= 0])
            problems.Add($"routedHiddenStates is [{string.Join(", ", manifest.RoutedHiddenStates)}]; {manifest.Autoencoder} reads one hidden state, numbered from 0.");
        if (manifest.Scaling == HiddenStateScaling.PerLayer)
            problems.Add("scaling is PerLayer, whose means and scales belong to a router.");
        return problems;
    }

    /// <summary>A new, untrained model as the manifest describes it.</summary>
    public static AutoencoderModel Create(BundleManifest manifest, int seed) => manifest.Architecture is { } routed
        ? RouteSaeModel.Create(routed, seed)
        : InLayer(manifest, ArchitectureOf(manifest) switch
        {
            TopKArchitecture topK => TopKAutoencoder.Create(topK, seed),
            JumpReluArchitecture jumpRelu => JumpReluAutoencoder.Create(jumpRelu, seed),
            var plain => manifest.Autoencoder == AutoencoderKind.Gated ? GatedAutoencoder.Create(plain, seed) : ReluAutoencoder.Create(plain, seed),
        });

    /// <summary>The stored model.</summary>
    /// <exception cref="ArgumentException">A tensor's shape is not what the manifest says.</exception>
    public static AutoencoderModel Load(BundleManifest manifest, ITensorSource weights, Device device) => manifest.Architecture is { } routed
        ? RouteSaeModel.Load(routed, weights, device)
        : InLayer(manifest, ArchitectureOf(manifest) switch
        {
            TopKArchitecture topK => TopKAutoencoder.Load(topK, weights, device),
            JumpReluArchitecture jumpRelu => JumpReluAutoencoder.Load(jumpRelu, weights, device),
            var plain => manifest.Autoencoder == AutoencoderKind.Gated ? GatedAutoencoder.Load(plain, weights, device) : ReluAutoencoder.Load(plain, weights, device),
        });

    private static SingleLayerModel InLayer(BundleManifest manifest, SparseAutoencoder autoencoder) =>
        new(autoencoder, manifest.RoutedHiddenStates[0], manifest.Scaling);

    private static BundleManifest WithKind(BundleManifest manifest, SparseAutoencoder autoencoder) => autoencoder switch
    {
        TopKAutoencoder topK => manifest with { Autoencoder = AutoencoderKind.TopK, ActiveLatents = topK.Architecture.ActiveLatents },
        ReluAutoencoder => manifest with { Autoencoder = AutoencoderKind.Relu },
        GatedAutoencoder => manifest with { Autoencoder = AutoencoderKind.Gated },
        JumpReluAutoencoder jump => manifest with { Autoencoder = AutoencoderKind.JumpRelu, Bandwidth = jump.Architecture.Bandwidth },
        _ => throw new NotSupportedException($"A bundle cannot hold a {autoencoder.GetType().Name}."),
    };

    private static AutoencoderArchitecture ArchitectureOf(BundleManifest manifest)
    {
        var (hidden, latents, fidelity) = (manifest.HiddenSize, manifest.Latents, manifest.Fidelity);
        return manifest.Autoencoder switch
        {
            AutoencoderKind.TopK => new TopKArchitecture { HiddenSize = hidden, Latents = latents, ActiveLatents = manifest.ActiveLatents, Fidelity = fidelity },
            AutoencoderKind.JumpRelu => JumpRelu(manifest),
            _ => new AutoencoderArchitecture { HiddenSize = hidden, Latents = latents, Fidelity = fidelity },
        };
    }

    private static JumpReluArchitecture JumpRelu(BundleManifest manifest)
    {
        var architecture = new JumpReluArchitecture { HiddenSize = manifest.HiddenSize, Latents = manifest.Latents, Fidelity = manifest.Fidelity };
        return manifest.Bandwidth is { } bandwidth ? architecture with { Bandwidth = bandwidth } : architecture;
    }
}
