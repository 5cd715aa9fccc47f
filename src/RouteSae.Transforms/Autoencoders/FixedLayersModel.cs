using TorchSharp;
using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>A model whose single-activation autoencoder reads hidden states by a rule that is not learnt. Owns the autoencoder.</summary>
public abstract class FixedLayersModel : AutoencoderModel
{
    private protected FixedLayersModel(SparseAutoencoder autoencoder, IReadOnlyList<int> hiddenStates)
    {
        if (hiddenStates.Count == 0 || hiddenStates.Any(index => index < 0) || hiddenStates.Distinct().Count() < hiddenStates.Count)
            throw new ArgumentException($"The hidden states to read are [{string.Join(", ", hiddenStates)}]; name at least one, counted from 0, and each once.", nameof(hiddenStates));
        Autoencoder = autoencoder;
        HiddenStates = hiddenStates;
    }

    /// <summary>The autoencoder.</summary>
    public SparseAutoencoder Autoencoder { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<int> HiddenStates { get; }

    /// <inheritdoc/>
    public override int HiddenSize => Autoencoder.Architecture.HiddenSize;

    /// <inheritdoc/>
    public override int Latents => Autoencoder.Architecture.Latents;

    /// <inheritdoc/>
    public override Fidelity Fidelity => Autoencoder.Architecture.Fidelity;

    /// <inheritdoc/>
    public override IReadOnlyList<AutoencoderParameter> Parameters => Autoencoder.Parameters;

    /// <inheritdoc/>
    public override EncodedActivations Forward(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection = null)
    {
        CheckShapes(hiddenStates);
        using var scope = NewDisposeScope();
        var reading = Read(hiddenStates, firstToken: 0);
        var codes = Autoencoder.Encode(reading.X, selection);
        var weights = nn.functional.one_hot(reading.Places, HiddenStates.Count).to_type(reading.X.dtype);
        return new EncodedActivations(reading.X, codes, Autoencoder.Decode(codes), weights, Probabilities: null).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override void NormalizeDecoder() => Autoencoder.NormalizeDecoder();

    /// <inheritdoc/>
    public override void Dispose() => Autoencoder.Dispose();

    /// <summary>Standardises what the rule reads.</summary>
    /// <param name="hiddenStates">L x [N, D], raw.</param>
    /// <param name="firstToken">How many tokens came before these, where a rule draws at random: the same place gives the same draws.</param>
    internal abstract LayerReading Read(IReadOnlyList<Tensor> hiddenStates, long firstToken);

    private protected Func<Tensor, Tensor> Reconstruction(CodeSelection? selection) => raw =>
    {
        using var scope = NewDisposeScope();
        using var standardized = Standardize(raw);
        using var codes = Autoencoder.Encode(standardized.Values, selection);
        return standardized.Undo(Autoencoder.Decode(codes), Fidelity).to(raw.dtype).MoveToOuterDisposeScope();
    };
}
