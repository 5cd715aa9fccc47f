using System.Reflection;
using FluentAssertions;
using Microsoft.ML.SearchSpace;

namespace RouteSae.MLNet.Tests.Experiments;

/// <summary>What Microsoft.ML.AutoML asks of the attributes; it is not here to ask for itself.</summary>
public sealed class SearchSpaceTests
{
    private static readonly Type[] Choosable = [typeof(string), typeof(int), typeof(short), typeof(long), typeof(float), typeof(double), typeof(char)];

    public static TheoryData<string> Attributed => [.. typeof(RouteSaeOptions).GetProperties()
        .Where(property => property.IsDefined(typeof(ChoiceAttribute)) || property.IsDefined(typeof(RangeAttribute)) || property.IsDefined(typeof(BooleanChoiceAttribute)))
        .Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Attributed))]
    public void Every_value_of_the_search_space_makes_valid_options(string name)
    {
        var property = typeof(RouteSaeOptions).GetProperty(name)!;
        var values = property.GetCustomAttribute<RangeAttribute>() is { } range ? [range.Min, range.Init, range.Max] : property.GetCustomAttribute<ChoiceAttribute>()!.Candidates;
        foreach (var value in values)
        {
            var options = new RouteSaeOptions();
            property.SetValue(options, value);
            options.Invoking(o => o.Validate()).Should().NotThrow($"{name} = {value}");
        }
    }

    [Theory]
    [MemberData(nameof(Attributed))]
    public void The_attribute_suits_the_type_and_has_a_default_inside(string name)
    {
        var property = typeof(RouteSaeOptions).GetProperty(name)!;
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (property.GetCustomAttribute<ChoiceAttribute>() is { } choice)
        {
            (property.PropertyType.IsEnum || Choosable.Contains(property.PropertyType)).Should().BeTrue("AutoML takes no choice of anything else, nullable types included");
            choice.Candidates.Should().OnlyHaveUniqueItems().And.Contain(choice.DefaultValue).And.AllBeOfType(type);
        }
        else
        {
            var range = property.GetCustomAttribute<RangeAttribute>()!;
            range.Min.Should().BeOfType(type);
            Convert.ToDouble(range.Init).Should().BeInRange(Convert.ToDouble(range.Min), Convert.ToDouble(range.Max));
        }
    }

    [Fact]
    public void Training_is_not_nested_because_AutoML_would_then_switch_it_on() =>
        typeof(RouteSaeOptions).GetProperty(nameof(RouteSaeOptions.Training))!.IsDefined(typeof(NestOptionAttribute)).Should().BeFalse();
}
