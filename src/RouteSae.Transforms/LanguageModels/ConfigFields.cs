using System.Text.Json;

namespace RouteSae.LanguageModels;

/// <summary>The fields of a JSON object, each read as the type it must have; null counts as missing.</summary>
/// <param name="root">The object.</param>
/// <param name="name">The file, and the place in it, for messages.</param>
internal sealed class ConfigFields(JsonElement root, string name)
{
    private const int MostLayers = 10_000;

    public string Name => name;

    /// <summary>An object without fields.</summary>
    public static ConfigFields Empty(string name) => new(JsonElement.Parse("{}"), name);

    public JsonElement? Find(string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Whether the field is there, be it null.</summary>
    public bool Has(string field) => root.TryGetProperty(field, out _);

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

    /// <summary>A number of layers: each has an entry in several lists, long before a tensor of it is looked for.</summary>
    public int Layers(string field, int? fallback = null) => Positive(field, fallback) is var layers && layers <= MostLayers
        ? layers
        : throw new LanguageModelFormatException($"{name}: {field} is {layers}; models of up to {MostLayers} layers are read.");

    /// <summary>A positive whole number; null when the field is null, and the fallback when it is missing.</summary>
    public int? PositiveOrNull(string field, int? fallback) => Find(field) is null ? Has(field) ? null : fallback : Positive(field);

    /// <summary>0 or a positive whole number.</summary>
    public int Count(string field, int fallback) => Find(field) switch
    {
        null => fallback,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var number) && number >= 0 => number,
        { } value => throw Unexpected(field, value, "0 or a positive whole number"),
    };

    /// <summary>A positive number; null when the field is null, and the fallback when it is missing.</summary>
    public double? NumberOrNull(string field, double? fallback) => Find(field) is null ? Has(field) ? null : fallback : Number(field);

    /// <summary>A list of positive numbers.</summary>
    public IReadOnlyList<double> Numbers(string field)
    {
        if (Find(field) is not { } value)
            throw Missing(field);
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(number => number.ValueKind == JsonValueKind.Number && number.GetDouble() > 0)
            ? [.. value.EnumerateArray().Select(number => number.GetDouble())]
            : throw Unexpected(field, value, "a list of positive numbers");
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

    /// <summary>A list of texts, each one of those that are known; null when the field is missing.</summary>
    public IReadOnlyList<string>? Texts(string field, params string[] known)
    {
        if (Find(field) is not { } value)
            return null;
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(text => text.ValueKind == JsonValueKind.String && known.Contains(text.GetString()))
            ? [.. value.EnumerateArray().Select(text => text.GetString()!)]
            : throw Unexpected(field, value, $"a list of {string.Join(" and ", known)}");
    }

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

    /// <summary>A token id; null when the field is missing or its number stands for no token of the vocabulary.</summary>
    public int? TokenIdOrNull(string field, int vocabulary) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var id) => id >= 0 && id < vocabulary ? id : null,
        { } value => throw Unexpected(field, value, "a token id"),
    };

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
