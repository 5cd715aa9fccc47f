using System.Reflection;
using Microsoft.ML.SearchSpace;

namespace RouteSae.MLNet.Experiments;

/// <summary>The options that carry ML.NET's search-space attributes, found by reflection.</summary>
internal static class SearchDimensions
{
    public static IEnumerable<SearchDimension> Read() =>
        typeof(RouteSaeOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(Read).OfType<SearchDimension>();

    private static SearchDimension? Read(PropertyInfo property)
    {
        var path = new OptionPath([property]);
        if (property.GetCustomAttribute<ChoiceAttribute>() is { } choice)
        {
            return new ChoiceDimension(path, choice.Candidates);
        }

        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            return new RangeDimension(path, range);
        }

        return property.IsDefined(typeof(BooleanChoiceAttribute)) ? new ChoiceDimension(path, [false, true]) : null;
    }
}
