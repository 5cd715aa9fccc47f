using static TorchSharp.torch;

namespace RouteSae.Autoencoders;

/// <summary>
/// An autoencoder together with its rule for which hidden states of a token it reads. One forward serves training,
/// evaluation and extraction. Owns its tensors.
/// </summary>
public abstract class AutoencoderModel : IDisposable
{
    /// <summary>What is it, in a few words: the architecture, and the hidden states that it reads.</summary>
    public abstract string Description { get; }

    /// <summary>D, the width of a hidden state.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>M, the number of latents.</summary>
    public abstract int Latents { get; }

    /// <summary>How it is computed and trained.</summary>
    public abstract Fidelity Fidelity { get; }

    /// <summary>The L hidden states that it reads, in the order in which it takes them. Hugging Face's numbering.</summary>
    public abstract IReadOnlyList<int> HiddenStates { get; }

    /// <summary>Every tensor that is saved; <see cref="AutoencoderParameter.IsTrained"/> tells which of them training changes.</summary>
    public abstract IReadOnlyList<AutoencoderParameter> Parameters { get; }

    /// <summary>Encodes and reconstructs what the model reads of N tokens.</summary>
    /// <param name="hiddenStates">The L hidden states of <see cref="HiddenStates"/>, raw, each [N, D].</param>
    /// <param name="selection">Replaces the activation function at inference. Default: none.</param>
    /// <exception cref="ArgumentException">The number or the shapes of the hidden states do not fit.</exception>
    public abstract EncodedActivations Forward(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection = null);

    /// <summary>Scales the decoder's directions to length 1.</summary>
    public abstract void NormalizeDecoder();

    /// <summary>Writes the tensors in safetensors format, under the names of the reference's state_dict.</summary>
    public void Save(Stream safetensors) => ParameterWriter.Write(safetensors, Parameters);

    /// <summary>Frees the tensors.</summary>
    public abstract void Dispose();

    /// <summary>
    /// How the reconstruction takes the place of hidden states in a forward pass of the language model: one pass, or several whose
    /// metrics are averaged. Null where the model does not tell (soft routing). The tensors live in the caller's scope.
    /// </summary>
    /// <param name="hiddenStates">As <see cref="Forward"/> takes them, from the unchanged pass.</param>
    /// <param name="selection">Replaces the activation function.</param>
    internal abstract IReadOnlyList<ReplacementPass>? Replacements(IReadOnlyList<Tensor> hiddenStates, CodeSelection? selection);

    private protected void CheckShapes(IReadOnlyList<Tensor> hiddenStates) => HiddenStateShapes.Check(hiddenStates, HiddenStates, HiddenSize);

    /// <summary>The standardised hidden state, in the type and on the device of the parameters.</summary>
    internal StandardizedActivations Standardize(Tensor hiddenState)
    {
        using var scope = NewDisposeScope();
        var like = Parameters[0].Value;
        var standardized = Standardization.Apply(hiddenState.to(like.dtype).to(like.device));
        standardized.Values.MoveToOuterDisposeScope();
        standardized.Mean.MoveToOuterDisposeScope();
        standardized.StandardDeviation.MoveToOuterDisposeScope();
        return standardized;
    }
}
