using RouteSae.Checks;
using RouteSae.Tensors;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders.Kinds;

/// <summary>
/// A kind of autoencoder of single activations: its name, what makes it sparse, how it is made, stored and loaded. One line in
/// <see cref="AutoencoderKinds"/> makes it known to bundles, training, evaluation and the column. How it encodes and what its training
/// minimises is up to its <see cref="SparseAutoencoder"/>.
/// </summary>
public abstract class AutoencoderKind
{
    /// <summary>The name in <c>bundle.json</c>, in camel case, such as <c>topK</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The name for people, such as TopK.</summary>
    public abstract string Title { get; }

    /// <summary>What makes its codes sparse.</summary>
    public abstract SparsityRule Sparsity { get; }

    /// <summary>How SAELens stores it; null where SAELens has no such kind. Default: null.</summary>
    public virtual SaeLensForm? SaeLens => null;

    /// <summary>Whether the authors' program has it, so that it can be computed as there (<see cref="Fidelity.Reference"/>).</summary>
    internal virtual bool IsInReference => false;

    /// <summary>The architecture that the settings of a file describe. What is missing there has its default.</summary>
    public abstract AutoencoderArchitecture ArchitectureOf(AutoencoderSettings settings);

    /// <summary>The settings that describe an architecture; <see cref="ArchitectureOf"/> of them is the architecture again.</summary>
    public virtual AutoencoderSettings SettingsOf(AutoencoderArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        return new AutoencoderSettings
        {
            HiddenSize = architecture.HiddenSize,
            Latents = architecture.Latents,
            ActiveLatents = architecture.Latents,
            Fidelity = architecture.Fidelity,
        };
    }

    /// <summary>A new autoencoder whose decoder starts as the transpose of its encoder, with zero biases.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="seed">Seed of the starting values.</param>
    /// <param name="device">Where the tensors live. Default: the CPU.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together; the message lists every problem.</exception>
    public SparseAutoencoder Create(AutoencoderArchitecture architecture, int seed, Device? device = null)
    {
        Check(architecture);
        using var initialization = new ParameterInitialization(seed, device);
        using var scope = NewDisposeScope();
        return Build(architecture, ParameterReader.From(StartingValues(architecture, initialization)));
    }

    /// <summary>Loads an autoencoder, as float32.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="weights">The tensors under their stored names.</param>
    /// <param name="device">Where the tensors live. Default: the CPU.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together, or a tensor's shape does not fit them.</exception>
    public SparseAutoencoder Load(AutoencoderArchitecture architecture, ITensorSource weights, Device? device = null)
    {
        Check(architecture);
        return Build(architecture, ParameterReader.From(weights, device));
    }

    /// <summary>Copies tensors that are in memory; the autoencoder computes in their type (float32 or float64) and on their device.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="stateDictionary">The tensors under their stored names. The caller keeps them.</param>
    /// <exception cref="ArgumentException">A tensor is missing, or its shape does not fit the architecture.</exception>
    public SparseAutoencoder FromTensors(AutoencoderArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary)
    {
        Check(architecture);
        return Build(architecture, ParameterReader.From(stateDictionary));
    }

    /// <summary>The name of an architecture for people, with K where it has one.</summary>
    public string Describe(AutoencoderArchitecture architecture) => Sparsity == SparsityRule.ActiveLatents
        ? $"{Title} (K = {SettingsOf(architecture).ActiveLatents})"
        : Title;

    /// <summary>Makes the autoencoder of tensors under their stored names.</summary>
    protected abstract SparseAutoencoder Build(AutoencoderArchitecture architecture, ParameterReader tensors);

    /// <summary>
    /// The tensors that a new autoencoder starts from, under their stored names. Default: a random encoder, its transpose as decoder, and
    /// zeros for <c>pre_bias</c> [D] and <c>latent_bias</c> [M].
    /// </summary>
    protected internal virtual Dictionary<string, Tensor> StartingValues(AutoencoderArchitecture architecture, ParameterInitialization initialization)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(initialization);
        var encoder = initialization.LinearWeight(architecture.Latents, architecture.HiddenSize);
        return new Dictionary<string, Tensor>
        {
            [SparseAutoencoder.PreBiasName] = initialization.Zeros(architecture.HiddenSize),
            [SparseAutoencoder.EncoderName] = encoder,
            [SparseAutoencoder.DecoderName] = encoder.t(),
            [SparseAutoencoder.LatentBiasName] = initialization.Zeros(architecture.Latents),
        };
    }

    private IEnumerable<string> FidelityProblems(AutoencoderArchitecture architecture)
    {
        if (!IsInReference && architecture.Fidelity == Fidelity.Reference)
        {
            yield return $"Fidelity is Reference, but the authors' program has no {Title}. Use Corrected.";
        }
    }

    private void Check(AutoencoderArchitecture architecture)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        var fitting = ArchitectureOf(new AutoencoderSettings { HiddenSize = 2, Latents = 1, ActiveLatents = 1 });
        if (fitting.GetType() != architecture.GetType())
        {
            throw new ArgumentException($"{Title} needs a {fitting.GetType().Name}, not a {architecture.GetType().Name}.", nameof(architecture));
        }

        ArchitectureCheck.ThrowIfAny("The autoencoder's architecture", [.. architecture.Problems(), .. FidelityProblems(architecture)]);
    }
}
