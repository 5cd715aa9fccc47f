using RouteSae.Autoencoders;

namespace RouteSae.Evaluation;

/// <summary>What is evaluated, and how.</summary>
public sealed class EvaluationOptions
{
    /// <summary>Replaces the autoencoder's activation function, for example another K. Default: null, as it was trained.</summary>
    public CodeSelection? Selection { get; set; }

    /// <summary>
    /// Whether the language model runs with the reconstruction in it, and with zeros and a mean in its place: three more forward
    /// passes a batch (for MLSAE and crosscoders three for each hidden state), and logits. Default: true.
    /// </summary>
    public bool Downstream { get; set; } = true;
}
