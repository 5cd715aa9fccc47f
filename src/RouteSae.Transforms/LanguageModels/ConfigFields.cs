using System.Text.Json;

namespace RouteSae.LanguageModels;

/// <summary>The fields of a JSON object, each read as the type it must have; null counts as missing.</summary>
/// <param name="root">The object.</param>
/// <param name="name">The file, and the place in it, for messages.</param>
internal sealed class ConfigFields(JsonElement root, string name)
{
    public string Name => name;

    public JsonElement? Find(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>An object within this one.</summary>
    public ConfigFields? Object(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigFields(value, $"{name}: {field}"),
        { } value => throw Unexpected(field, value, "an object"),
    };

    public string? Text(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Unexpected(field, value, "a text"),
    };

    public int Positive(string field, int? fallback = null)
    {
        if (Find(field) is not { } value)
            return fallback ?? throw Missing(field);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number > 0
            ? number
            : throw Unexpected(field, value, "a positive whole number");
    }

    public double Number(string field, double? fallback = null)
    {
        if (Find(field) is not { } value)
            return fallback ?? throw Missing(field);
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number > 0 && double.IsFinite(number)
            ? number
            : throw Unexpected(field, value, "a positive number");
    }

    public bool Flag(string field, bool fallback) => Find(field) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Unexpected(field, value, "true or false"),
    };

    /// <summary>A token id or a list of them; null when the field is missing.</summary>
    public IReadOnlyList<int>? TokenIds(string field)
    {
        if (Find(field) is not { } value)
            return null;
        var elements = value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        return elements.All(element => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id) && id >= 0)
            ? [.. elements.Select(element => element.GetInt32())]
            : throw Unexpected(field, value, "a token id or a list of them");
    }

    public LanguageModelFormatException Missing(string field) => new($"{name} has no field '{field}'.");

    public LanguageModelFormatException Unexpected(string field, JsonElement value, string expected) =>
        new($"{name}: field '{field}' is {Shown(value)}; {expected} is expected.");

    /// <summary>A value as messages show it.</summary>
    public static string Shown(JsonElement value)
    {
        const int longest = 60;
        var text = value.GetRawText();
        return text.Length <= longest ? text : text[..longest] + "…";
    }
}
