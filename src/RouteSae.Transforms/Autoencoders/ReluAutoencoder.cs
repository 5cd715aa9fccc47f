using RouteSae.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// A ReLU sparse autoencoder (Bricken et al., 2023; the reference's Vanilla): pre = W_enc (x − b_pre) + b_lat, z = max(pre, 0),
/// x̂ = W_dec z + b_pre. A penalty on mean |z| makes it sparse. Owns its tensors.
/// </summary>
public sealed class ReluAutoencoder : SparseAutoencoder
{
    private ReluAutoencoder(AutoencoderArchitecture architecture, ParameterReader reader)
        : base(architecture, reader, [reader.Read(LatentBiasName, architecture.Latents)]) =>
        Architecture = architecture;

    /// <inheritdoc/>
    public override AutoencoderArchitecture Architecture { get; }

    /// <summary>b_lat, [M].</summary>
    public Tensor LatentBias => Parameters[1].Value;

    private protected override IReadOnlyList<Tensor> ScaledWithLatents => [LatentBias];

    /// <inheritdoc cref="TopKAutoencoder.Create"/>
    public static ReluAutoencoder Create(AutoencoderArchitecture architecture, int seed, Device? device = null) =>
        Create(architecture, seed, device, initialization => StartingValues(architecture, initialization), reader => new ReluAutoencoder(architecture, reader));

    /// <summary>Loads the tensors <c>encoder.weight</c> [M, D], <c>decoder.weight</c> [D, M], <c>pre_bias</c> [D] and <c>latent_bias</c> [M], as float32.</summary>
    /// <exception cref="ArgumentException">The sizes are not possible, or a tensor's shape does not fit them.</exception>
    public static ReluAutoencoder Load(AutoencoderArchitecture architecture, ITensorSource weights, Device? device = null) =>
        Read(architecture, weights, device, reader => new ReluAutoencoder(architecture, reader));

    /// <inheritdoc cref="TopKAutoencoder.FromTensors"/>
    public static ReluAutoencoder FromTensors(AutoencoderArchitecture architecture, IReadOnlyDictionary<string, Tensor> stateDictionary) =>
        Read(architecture, stateDictionary, reader => new ReluAutoencoder(architecture, reader));

    /// <summary>pre = W_enc (x − b_pre) + b_lat.</summary>
    /// <param name="x">Activations, [N, D].</param>
    /// <returns>[N, M]; the caller owns it.</returns>
    public override Tensor PreActivations(Tensor x) => PreActivations(x, LatentBias);

    /// <inheritdoc/>
    internal override Tensor Activate(Tensor preActivations, CodeSelection? selection = null)
    {
        using var scope = NewDisposeScope();
        var codes = selection is null ? preActivations.relu() : selection.Apply(preActivations);
        return (Corrected && selection is not null ? codes.relu() : codes).MoveToOuterDisposeScope();
    }

    private static Dictionary<string, Tensor> StartingValues(AutoencoderArchitecture architecture, ParameterInitialization initialization) =>
        new(TiedStart(architecture, initialization)) { [LatentBiasName] = initialization.Zeros(architecture.Latents) };
}
