using System.Reflection;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Hosting;

/// <summary>The text members of an input type, by the names of the columns that ML.NET makes of them.</summary>
internal static class InputTexts<TInput>
{
    private static readonly MemberInfo[] Members =
    [
        .. typeof(TInput).GetProperties().Where(property => property.PropertyType == typeof(string) && property is { CanRead: true, CanWrite: true }),
        .. typeof(TInput).GetFields().Where(field => field.FieldType == typeof(string) && !field.IsInitOnly && !field.IsStatic),
    ];

    private static readonly Dictionary<string, MemberInfo> ByColumn = Members
        .GroupBy(ColumnName)
        .ToDictionary(group => group.Key, group => group.First());

    /// <summary>The text of a column; null when the column is not a text member.</summary>
    public static string? Of(TInput input, string column) => ByColumn.TryGetValue(column, out var member) ? Read(member, input) : null;

    /// <summary>An input whose texts are all this one.</summary>
    public static TInput Sample(Func<TInput> create, string text)
    {
        var sample = create();
        foreach (var member in Members)
        {
            Write(member, sample, text);
        }

        return sample;
    }

    // ColumnNameAttribute shows its name to ML.NET alone, so it is read from the metadata.
    private static string ColumnName(MemberInfo member) =>
        member.GetCustomAttributesData().FirstOrDefault(attribute => attribute.AttributeType == typeof(ColumnNameAttribute))
            ?.ConstructorArguments[0].Value as string ?? member.Name;

    private static string? Read(MemberInfo member, TInput input) =>
        (string?)(member is PropertyInfo property ? property.GetValue(input) : ((FieldInfo)member).GetValue(input));

    private static void Write(MemberInfo member, TInput input, string text)
    {
        if (member is PropertyInfo property)
        {
            property.SetValue(input, text);
        }
        else
        {
            ((FieldInfo)member).SetValue(input, text);
        }
    }
}
