namespace RouteSae.Kernels.Functions;

/// <summary>
/// Sine and cosine by operations that every processor rounds alike: C libraries differ in the last bit. Below 2^50 the result is within
/// 1e-15 of the true one; beyond, where a float32 angle means nothing any more, and of ∞ it is NaN.
/// </summary>
internal static class ExactTrigonometry
{
    private const double TwoOverPi = 0.6366197723675814;
    private const double HalfPi = 1.5707963267948966;
    private const double HalfPiRest = 6.123233995736766e-17;
    private const double Limit = 1L << 50;

    public static (double Sine, double Cosine) SinCos(double x)
    {
        if (!(Math.Abs(x) < Limit))
        {
            return (double.NaN, double.NaN);
        }

        var turns = Math.Floor(Math.FusedMultiplyAdd(x, TwoOverPi, 0.5));
        var r = Math.FusedMultiplyAdd(-turns, HalfPiRest, Math.FusedMultiplyAdd(-turns, HalfPi, x));
        var (sine, cosine) = (Sine(r), Cosine(r));
        return ((long)turns & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }

    /// <summary>Within ±π/4.</summary>
    private static double Sine(double x)
    {
        var square = x * x;
        var p = 1.0 / 355687428096000; // 17!
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 1307674368000);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 6227020800);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 39916800);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 362880);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 5040);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 120);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 6);
        return Math.FusedMultiplyAdd(-p * square, x, x);
    }

    /// <summary>Within ±π/4.</summary>
    private static double Cosine(double x)
    {
        var square = x * x;
        var p = 1.0 / 20922789888000; // 16!
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 87178291200);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 479001600);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 3628800);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 40320);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 720);
        p = Math.FusedMultiplyAdd(-p, square, 1.0 / 24);
        p = Math.FusedMultiplyAdd(-p, square, 0.5);
        return Math.FusedMultiplyAdd(-p, square, 1);
    }
}
