namespace RouteSae.Evaluation;

/// <summary>How much worse the language model predicts with the reconstruction in it: CE_replaced − CE, in nats a token. 0 is perfect.</summary>
public static class DeltaCrossEntropy
{
    /// <summary>The difference.</summary>
    /// <param name="original">Cross-entropy of the unchanged model.</param>
    /// <param name="replaced">Cross-entropy with the reconstruction in the place of the hidden state.</param>
    public static double Of(double original, double replaced) => replaced - original;
}
