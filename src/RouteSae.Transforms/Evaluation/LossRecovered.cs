using RouteSae.Autoencoders;

namespace RouteSae.Evaluation;

/// <summary>
/// What the reconstruction keeps of what an ablation destroys: 1 − (CE_replaced − CE) / (CE_ablated − CE). 1 when it predicts as
/// well as the original, 0 when it is no better than the ablation, which puts zeros or a mean in the same places.
/// </summary>
public static class LossRecovered
{
    private const double ReferenceEpsilon = 1e-8;

    /// <summary>The part recovered. Where the ablation costs nothing, it says nothing: NaN or infinite.</summary>
    /// <param name="original">Cross-entropy of the unchanged model.</param>
    /// <param name="replaced">Cross-entropy with the reconstruction in the place of the hidden state.</param>
    /// <param name="ablated">Cross-entropy with the ablation in the same places.</param>
    /// <param name="fidelity">Reference adds 1e-8 to the denominator.</param>
    public static double Of(double original, double replaced, double ablated, Fidelity fidelity = Fidelity.Corrected)
    {
        var cost = ablated - original;
        return 1 - (replaced - original) / (fidelity == Fidelity.Reference ? cost + ReferenceEpsilon : cost);
    }
}
