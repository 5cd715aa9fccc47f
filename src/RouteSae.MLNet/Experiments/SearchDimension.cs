using System.Collections;
using System.Globalization;

namespace RouteSae.MLNet.Experiments;

/// <summary>An option that an experiment varies, and the values that it can take.</summary>
internal abstract class SearchDimension(OptionPath path)
{
    public OptionPath Path => path;

    /// <summary>The value to start from, given the options as the user set them.</summary>
    public abstract object? Start(RouteSaeOptions options);

    public abstract object? Draw(Random random);

    /// <summary>All values, or of a range <paramref name="steps"/> evenly spaced ones, without repetition.</summary>
    public abstract IReadOnlyList<object?> Grid(int steps);

    /// <summary>A value as it stands in the results.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        string text => text,
        IEnumerable several => string.Join("+", several.Cast<object?>().Select(Describe)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
