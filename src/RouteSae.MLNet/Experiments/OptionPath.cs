using System.Linq.Expressions;
using System.Reflection;

namespace RouteSae.MLNet.Experiments;

/// <summary>A property of <see cref="RouteSaeOptions"/>, or of options inside it, to read and set.</summary>
internal sealed class OptionPath(IReadOnlyList<PropertyInfo> properties)
{
    /// <summary>Such as <c>Pooling</c> or <c>Training.LearningRate</c>.</summary>
    public string Name { get; } = string.Join(".", properties.Select(property => property.Name));

    /// <summary>The options inside which the property is; null for a property of the options themselves.</summary>
    public string? Parent => properties.Count == 1 ? null : string.Join(".", properties.SkipLast(1).Select(property => property.Name));

    public static OptionPath Of<T>(Expression<Func<RouteSaeOptions, T>> option)
    {
        var properties = new List<PropertyInfo>();
        var rest = Unwrap(option.Body);
        while (rest is MemberExpression { Member: PropertyInfo { SetMethod.IsPublic: true } property, Expression: { } inner })
        {
            properties.Insert(0, property);
            rest = Unwrap(inner);
        }

        return rest is ParameterExpression && properties.Count > 0
            ? new OptionPath(properties)
            : throw new ArgumentException($"'{option.Body}' is not an option. Name a property, such as o => o.Pooling.", nameof(option));
    }

    /// <summary>Whether there is an object to set the property of.</summary>
    public bool Exists(RouteSaeOptions options) => Owner(options) is not null;

    public object? Read(RouteSaeOptions options) => properties[^1].GetValue(Owner(options));

    /// <summary>Sets the property; a number is converted to the property's type.</summary>
    public void Set(RouteSaeOptions options, object? value)
    {
        var type = Nullable.GetUnderlyingType(properties[^1].PropertyType) ?? properties[^1].PropertyType;
        var converted = value is not null && !type.IsInstanceOfType(value)
            ? Convert.ChangeType(value, type, System.Globalization.CultureInfo.InvariantCulture)
            : value;
        properties[^1].SetValue(Owner(options), converted);
    }

    private object? Owner(RouteSaeOptions options) =>
        properties.SkipLast(1).Aggregate((object?)options, (owner, property) => owner is null ? null : property.GetValue(owner));

    private static Expression Unwrap(Expression expression) =>
        expression is UnaryExpression { NodeType: ExpressionType.Convert, Operand: { } operand } ? operand : expression;
}
