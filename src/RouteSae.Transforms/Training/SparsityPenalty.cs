namespace RouteSae.Training;

/// <summary>
/// λ, the weight of the sparsity penalty: fixed, or moved after each step towards a wanted number of active latents,
/// ln λ ← ln λ + 0.02 · ln(L0 / wanted), the logarithm limited to ±1.
/// </summary>
internal sealed class SparsityPenalty
{
    private const double Rate = 0.02;
    private const double Start = 0.05;

    private readonly double? _wanted;

    public SparsityPenalty(AutoencoderTrainerOptions options)
    {
        _wanted = options.TargetActiveLatents;
        Coefficient = _wanted is null ? options.SparsityCoefficient ?? 0 : Start;
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
