using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using RouteSae.Files;
using RouteSae.Tensors;
using RouteSae.Tokens;
using static TorchSharp.torch;

namespace RouteSae.Bundles;

/// <summary>The model of a bundle: what a manifest says of it, and how it is made from that.</summary>
internal static class BundledModel
{
    /// <summary>The first format that knows autoencoders without a router and <see cref="SpecialTokenPolicy.Begin"/>; what needs neither is written so that earlier versions read it.</summary>
    private const int FormatOfKinds = 2;

    /// <summary>The first format that knows kinds beyond the authors' four, and <see cref="BundleManifest.Settings"/>.</summary>
    private const int FormatOfSettings = 3;

    private const string Bandwidth = "bandwidth";

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
        {
            return routed.Problems();
        }

        if (AutoencoderKinds.Find(manifest.Autoencoder!) is null)
        {
            return [UnknownKind(manifest)];
        }

        if (manifest.Settings?.FirstOrDefault(pair => pair.Value is null).Key is { } empty)
        {
            return [$"settings.{empty} is null; a list of numbers is needed."];
        }

        var problems = new List<string>(ArchitectureOf(manifest).Problems());
        if (manifest.RoutedHiddenStates is not [>= 0])
        {
            problems.Add($"routedHiddenStates is [{string.Join(", ", manifest.RoutedHiddenStates)}]; {manifest.Autoencoder} reads one hidden state, numbered from 0.");
        }

        if (manifest.Scaling == HiddenStateScaling.PerLayer)
        {
            problems.Add("scaling is PerLayer, whose means and scales belong to a router.");
        }

        return problems;
    }

    /// <summary>Whether the manifest's number of active latents is a choice, rather than all latents.</summary>
    public static bool HasActiveLatents(BundleManifest manifest) =>
        manifest.Autoencoder is null || KindOf(manifest).Sparsity == SparsityRule.ActiveLatents;

    /// <summary>A new, untrained model as the manifest describes it.</summary>
    public static AutoencoderModel Create(BundleManifest manifest, int seed) => manifest.Architecture is { } routed
        ? RouteSaeModel.Create(routed, seed)
        : InLayer(manifest, KindOf(manifest).Create(ArchitectureOf(manifest), seed));

    /// <summary>The stored model.</summary>
    /// <exception cref="ArgumentException">A tensor's shape is not what the manifest says.</exception>
    public static AutoencoderModel Load(BundleManifest manifest, ITensorSource weights, Device device) => manifest.Architecture is { } routed
        ? RouteSaeModel.Load(routed, weights, device)
        : InLayer(manifest, KindOf(manifest).Load(ArchitectureOf(manifest), weights, device));

    private static SingleLayerModel InLayer(BundleManifest manifest, SparseAutoencoder autoencoder) =>
        new(autoencoder, manifest.RoutedHiddenStates[0], manifest.Scaling);

    private static BundleManifest WithKind(BundleManifest manifest, SparseAutoencoder autoencoder)
    {
        var kind = autoencoder.Kind;
        var settings = kind.SettingsOf(autoencoder.Architecture);
        var others = settings.Values.Where(pair => pair.Key != Bandwidth).ToDictionary(pair => pair.Key, pair => pair.Value);
        return manifest with
        {
            Format = kind.IsInReference ? FormatOfKinds : FormatOfSettings,
            Autoencoder = kind.Name,
            ActiveLatents = settings.ActiveLatents,
            Bandwidth = settings.Values.GetValueOrDefault(Bandwidth) is [var bandwidth] ? bandwidth : null,
            Settings = others.Count == 0 ? null : others,
        };
    }

    private static AutoencoderKind KindOf(BundleManifest manifest) =>
        AutoencoderKinds.Find(manifest.Autoencoder!) ?? throw new BundleFormatException(UnknownKind(manifest));

    private static string UnknownKind(BundleManifest manifest) =>
        $"autoencoder is '{manifest.Autoencoder}'; known are {AutoencoderKinds.Names}. A kind of your own must be registered first: {nameof(AutoencoderKinds)}.{nameof(AutoencoderKinds.Register)}.";

    private static AutoencoderArchitecture ArchitectureOf(BundleManifest manifest)
    {
        var values = new Dictionary<string, IReadOnlyList<double>>(manifest.Settings ?? new Dictionary<string, IReadOnlyList<double>>());
        if (manifest.Bandwidth is { } bandwidth)
        {
            values[Bandwidth] = [bandwidth];
        }

        return KindOf(manifest).ArchitectureOf(new AutoencoderSettings
        {
            HiddenSize = manifest.HiddenSize,
            Latents = manifest.Latents,
            ActiveLatents = manifest.ActiveLatents,
            Fidelity = manifest.Fidelity,
            Values = values,
        });
    }
}
