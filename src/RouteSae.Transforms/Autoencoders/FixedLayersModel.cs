using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>A model whose single-activation autoencoder reads hidden states by a rule that is not learnt. Owns the autoencoder.</summary>
public abstract class FixedLayersModel : AutoencoderModel
{
    private protected FixedLayersModel(SparseAutoencoder autoencoder, IReadOnlyList<int> hiddenStates, HiddenStateScaling scaling = HiddenStateScaling.PerToken)
    {
        if (scaling == HiddenStateScaling.PerLayer)
            throw new ArgumentException("Scaling is PerLayer, whose means and scales belong to a router. Choose another one.", nameof(scaling));
        if (hiddenStates.Count == 0 || hiddenStates.Any(index => index < 0) || hiddenStates.Distinct().Count() < hiddenStates.Count)
            throw new ArgumentException($"The hidden states to read are [{string.Join(", ", hiddenStates)}]; name at least one, counted from 0, and each once.", nameof(hiddenStates));
        Autoencoder = autoencoder;
        HiddenStates = hiddenStates;
        Scaling = scaling;
    }

    /// <summary>The autoencoder.</summary>
    public SparseAutoencoder Autoencoder { get; }

    /// <summary>What of a hidden state the autoencoder reads.</summary>
    public HiddenStateScaling Scaling { get; }

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

    /// <summary>Scales what the rule reads.</summary>
    /// <param name="hiddenStates">L x [N, D], raw.</param>
    /// <param name="firstToken">How many tokens came before these, where a rule draws at random: the same place gives the same draws.</param>
    internal abstract LayerReading Read(IReadOnlyList<Tensor> hiddenStates, long firstToken);

    private protected Func<Tensor, Tensor> Reconstruction(CodeSelection? selection) => raw =>
    {
        using var scope = NewDisposeScope();
        var scaled = Scale(raw);
        using var codes = Autoencoder.Encode(scaled.Values, selection);
        return scaled.Undo(Autoencoder.Decode(codes)).to(raw.dtype).MoveToOuterDisposeScope();
    };

    /// <summary>The hidden state as the autoencoder reads it, in the type and on the device of the parameters, in the caller's scope.</summary>
    private protected ScaledActivations Scale(Tensor hiddenState)
    {
        using var scope = NewDisposeScope();
        var like = Parameters[0].Value;
        return ScaledActivations.Of(hiddenState.to(like.dtype).to(like.device), Scaling, Fidelity).MoveToOuterDisposeScope();
    }
}
