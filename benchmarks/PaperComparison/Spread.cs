using System.Globalization;

namespace RouteSae.PaperComparison;

/// <summary>The mean over seeds, and how far the seeds lie apart.</summary>
internal readonly record struct Spread(double Mean, double Least, double Most)
{
    public static Spread? Of(IEnumerable<double?> values)
    {
        var known = values.OfType<double>().ToArray();
        return known.Length == 0 ? null : new Spread(known.Average(), known.Min(), known.Max());
    }

    /// <summary>For example <c>0.123 (0.120–0.127)</c>; with one seed the value alone.</summary>
    public string Shown(string format) => Least == Most
        ? Mean.ToString(format, CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Mean.ToString(format, CultureInfo.InvariantCulture)} ({Least.ToString(format, CultureInfo.InvariantCulture)}–{Most.ToString(format, CultureInfo.InvariantCulture)})");
}
