namespace RouteSae.Evaluation;

/// <summary>What the decoder layers of the language model return to the authors' program, which decides whether its hook for RouteSAE works.</summary>
public enum DecoderLayerResult
{
    /// <summary>
    /// A tuple, as in older versions of transformers such as 4.45: the hook computes the replacement and drops it, so that nothing changes. KL and
    /// ΔCE are then 0, and 1 is recovered.
    /// </summary>
    Tuple,

    /// <summary>The hidden state itself, as in newer versions: the hook replaces it.</summary>
    Tensor,
}
