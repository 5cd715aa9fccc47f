namespace RouteSae.Autoencoders.Statistics;

/// <summary>The latents that fired in none of the codes seen. How many that are depends on how many codes were seen: name both.</summary>
public static class DeadLatents
{
    /// <summary>Their number.</summary>
    /// <param name="density">How often each latent fired.</param>
    public static int Count(ActivationDensity density) => density.Counts.Count(fired => fired == 0);

    /// <summary>Their part in all latents, 0 to 1.</summary>
    /// <param name="density">How often each latent fired.</param>
    public static double Fraction(ActivationDensity density) => (double)Count(density) / density.Counts.Count;
}
