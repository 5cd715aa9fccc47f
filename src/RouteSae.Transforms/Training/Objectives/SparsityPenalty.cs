namespace RouteSae.Training.Objectives;

/// <summary>
/// λ, the weight of the sparsity penalty: fixed, or moved after each step towards a wanted number of active latents,
/// ln λ ← ln λ + 0.03 · ln(L0 / wanted), the logarithm limited to ±1.
/// </summary>
internal sealed class SparsityPenalty
{
    private const double Rate = 0.03;
    private const double StartOfMean = 1; // of mean |z|
    private const double StartOfCount = 1e-3; // of the number of active latents

    private readonly double? _wanted;

    /// <param name="options">λ, or the wanted L0.</param>
    /// <param name="countsLatents">Whether the penalty is the number of active latents rather than their mean activation.</param>
    public SparsityPenalty(AutoencoderTrainerOptions options, bool countsLatents)
    {
        _wanted = options.TargetActiveLatents;
        Coefficient = _wanted is null ? options.SparsityCoefficient ?? 0 : countsLatents ? StartOfCount : StartOfMean;
    }

    /// <summary>λ of the next step.</summary>
    public double Coefficient { get; set; }

    /// <summary>Takes note of a step's L0.</summary>
    public void Observe(double activeLatents)
    {
        if (_wanted is { } wanted)
            Coefficient *= Math.Exp(Rate * Math.Clamp(Math.Log(Math.Max(activeLatents, 1e-3) / wanted), -1, 1));
    }
}
