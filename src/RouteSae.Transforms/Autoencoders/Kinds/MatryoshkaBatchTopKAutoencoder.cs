using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kinds;

/// <summary>
/// A Matryoshka sparse autoencoder with BatchTopK (Bussmann et al., 2025, arXiv 2503.17547): nested prefixes of the latents must each
/// reconstruct the activation by themselves, so that the first latents learn general features and the later ones do not absorb them.
/// Encoding and decoding are BatchTopK's. Owns its tensors.
/// </summary>
public sealed class MatryoshkaBatchTopKAutoencoder : BatchTopKAutoencoder
{
    private readonly MatryoshkaArchitecture _architecture;

    private MatryoshkaBatchTopKAutoencoder(MatryoshkaArchitecture architecture, ParameterReader tensors)
        : base(architecture, tensors) =>
        _architecture = architecture;

    /// <summary>The kind, for <see cref="AutoencoderKinds"/>.</summary>
    public static new AutoencoderKind Definition { get; } = new MatryoshkaKind();

    /// <inheritdoc/>
    public override AutoencoderKind Kind => Definition;

    /// <summary>The sizes; K is the mean number of active latents per token.</summary>
    public override MatryoshkaArchitecture Architecture => _architecture;

    /// <summary>The mean over the prefixes of the normalised MSE of x̂ from the latents of the prefix alone.</summary>
    private protected override Tensor ReconstructionLoss(Tensor codes, Tensor reconstruction, Tensor target)
    {
        var losses = new List<Tensor>();
        var first = 0;
        var nested = PreBias.expand_as(target);
        foreach (var size in Architecture.Prefixes)
        {
            nested = nested + codes.narrow(1, first, size - first).mm(DecoderDirections.narrow(0, first, size - first));
            losses.Add(NormalizedMse.Mean(nested, target));
            first = size;
        }

        return stack(losses).mean();
    }

    private sealed class MatryoshkaKind : BatchTopKKind
    {
        private const string PrefixesName = "prefixes";

        public override string Name => "matryoshkaBatchTopK";

        public override string Title => "Matryoshka BatchTopK";

        public override AutoencoderArchitecture ArchitectureOf(AutoencoderSettings settings)
        {
            var architecture = new MatryoshkaArchitecture
            {
                HiddenSize = settings.HiddenSize, Latents = settings.Latents, ActiveLatents = settings.ActiveLatents, Fidelity = settings.Fidelity,
            };
            return settings.Values.TryGetValue(PrefixesName, out var prefixes)
                ? architecture with { Prefixes = [.. prefixes.Select(size => (int)size)] }
                : architecture;
        }

        public override AutoencoderSettings SettingsOf(AutoencoderArchitecture architecture)
        {
            IReadOnlyList<double> prefixes = [.. architecture is MatryoshkaArchitecture own ? own.Prefixes.Select(size => (double)size) : [architecture.Latents]];
            return base.SettingsOf(architecture) with { Values = new Dictionary<string, IReadOnlyList<double>> { [PrefixesName] = prefixes } };
        }

        protected override SparseAutoencoder Build(AutoencoderArchitecture architecture, ParameterReader tensors) =>
            new MatryoshkaBatchTopKAutoencoder((MatryoshkaArchitecture)architecture, tensors);
    }
}
