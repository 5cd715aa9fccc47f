using System.Globalization;
using Microsoft.ML.SearchSpace;

namespace RouteSae.MLNet.Experiments;

/// <summary>A number in a range, evenly spread over it or over its logarithm.</summary>
internal sealed class RangeDimension(OptionPath path, RangeAttribute range) : SearchDimension(path)
{
    private readonly double _minimum = Convert.ToDouble(range.Min, CultureInfo.InvariantCulture);
    private readonly double _maximum = Convert.ToDouble(range.Max, CultureInfo.InvariantCulture);

    /// <summary>What the user set, even where it lies outside of the range.</summary>
    public override object? Start(RouteSaeOptions options) => Path.Read(options);

    public override object? Draw(Random random) => At(random.NextDouble());

    public override IReadOnlyList<object?> Grid(int steps) => [.. Enumerable.Range(0, steps).Select(step => At((double)step / (steps - 1))).Distinct()];

    private object At(double place)
    {
        var value = range.LogBase ? _minimum * Math.Pow(_maximum / _minimum, place) : _minimum + (_maximum - _minimum) * place;
        return range.Min switch
        {
            int => (int)Math.Round(value),
            float => (float)value,
            _ => value,
        };
    }
}
