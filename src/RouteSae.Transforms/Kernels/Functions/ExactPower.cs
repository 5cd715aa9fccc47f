namespace RouteSae.Kernels.Functions;

/// <summary>Logarithm and power by operations that every processor rounds alike, to about 14 digits.</summary>
internal static class ExactPower
{
    private const double Ln2 = 0.6931471805599453;
    private const double Ln2Rest = 2.3190468138462996e-17;
    private const int MantissaBits = 52;
    private const int Bias = 1023;
    private const double SubnormalScale = 1L << 54;

    /// <summary>x^y for x ≥ 0; NaN for a negative x.</summary>
    public static double Pow(double x, double y)
    {
        if (y == 0 || x == 1)
        {
            return 1;
        }

        return Exp(y * Log(x));
    }

    /// <summary>The natural logarithm.</summary>
    public static double Log(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x < 0 ? double.NaN : x;
        }

        var exponent = 0;
        if (double.IsSubnormal(x))
        {
            (x, exponent) = (x * SubnormalScale, -54);
        }

        // x = m · 2^e with m within √½ .. √2, ln m = 2 artanh(f), f = (m − 1) / (m + 1).
        var bits = BitConverter.DoubleToInt64Bits(x);
        exponent += (int)(bits >> MantissaBits) - Bias;
        var m = BitConverter.Int64BitsToDouble((bits & ((1L << MantissaBits) - 1)) | ((long)Bias << MantissaBits));
        if (m > 1.4142135623730951)
        {
            (m, exponent) = (m / 2, exponent + 1);
        }

        var f = (m - 1) / (m + 1);
        var square = f * f;
        var sum = 1.0 / 21;
        for (var odd = 19; odd >= 3; odd -= 2)
        {
            sum = Math.FusedMultiplyAdd(sum, square, 1.0 / odd);
        }

        var logarithm = Math.FusedMultiplyAdd(2 * f * square, sum, 2 * f);
        return Math.FusedMultiplyAdd(exponent, Ln2, Math.FusedMultiplyAdd(exponent, Ln2Rest, logarithm));
    }

    /// <summary>e^x.</summary>
    public static double Exp(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        x = Math.Clamp(x, -746, 710);
        var n = Math.Floor(Math.FusedMultiplyAdd(x, 1 / Ln2, 0.5));
        var r = Math.FusedMultiplyAdd(-n, Ln2Rest, Math.FusedMultiplyAdd(-n, Ln2, x));
        var p = 1.0;
        for (var k = 14; k >= 1; k--)
        {
            p = Math.FusedMultiplyAdd(p, r / k, 1);
        }

        var half = (int)n >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo((int)n - half);
    }

    private static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + Bias) << MantissaBits);
}
