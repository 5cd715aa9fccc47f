using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using RouteSae.Files;

namespace RouteSae.Published;

/// <summary>The fields of a JSON file that Python wrote; null and missing are the same.</summary>
internal sealed class PublishedFields
{
    private readonly JsonObject _fields;

    private PublishedFields(JsonObject fields, string location)
    {
        _fields = fields;
        Location = location;
    }

    /// <summary>The file, for messages.</summary>
    public string Location { get; }

    /// <exception cref="PublishedFormatException">The file is no JSON object.</exception>
    public static PublishedFields Read(string path)
    {
        try
        {
            return StrictJson.ParseNode(File.ReadAllBytes(path)) is JsonObject fields
                ? new PublishedFields(fields, path)
                : throw new PublishedFormatException($"{path} is not a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new PublishedFormatException($"{path} cannot be read: {exception.Message}");
        }
    }

    /// <summary>These fields, and those of an object among them as if they stood beside: what stands outside counts.</summary>
    public PublishedFields Flatten(string part)
    {
        if (_fields[part] is not JsonObject inner)
            return this;
        var all = (JsonObject)inner.DeepClone();
        foreach (var (name, value) in _fields.Where(field => field.Value is not null))
            all[name] = value!.DeepClone();
        return new PublishedFields(all, Location);
    }

    public PublishedFields? Part(string name) => _fields[name] is JsonObject part ? new PublishedFields(part, Location) : null;

    public bool Has(string name) => _fields[name] is not null;

    /// <summary>Whether it is an object with fields in it.</summary>
    public bool HasAny(string name) => _fields[name] is JsonObject { Count: > 0 };

    public string? Text(string name) => Find(name, "a text", out string? text) ? text : null;

    public bool? Flag(string name) => Find(name, "true or false", out bool flag) ? flag : null;

    public int? Number(string name) => Find(name, "a whole number", out int number) ? number : null;

    public double? Real(string name) => Find(name, "a number", out double number) ? number : null;

    /// <exception cref="PublishedFormatException">The field is missing, or no positive whole number.</exception>
    public int Size(string name) => Number(name) switch
    {
        null => throw new PublishedFormatException($"{Location} lacks {name}."),
        < 1 and var number => throw new PublishedFormatException($"{Location}: {name} is {number}; it must be at least 1."),
        { } number => number,
    };

    /// <summary>The product of two sizes.</summary>
    /// <exception cref="PublishedFormatException">It is more than 2^31 - 1, or one of them is missing or no positive whole number.</exception>
    public int Product(string name, string other) => (long)Size(name) * Size(other) is var product && product <= int.MaxValue
        ? (int)product
        : throw new PublishedFormatException($"{Location}: {name} times {other} is {product} latents, more than any file holds.");

    /// <summary>The field as it stands in the file.</summary>
    public string Json(string name) => _fields[name]?.ToJsonString() ?? "null";

    /// <summary>Whether the field is of a kind.</summary>
    public bool Is(string name, JsonValueKind kind) => _fields[name]?.GetValueKind() == kind;

    private bool Find<T>(string name, string kind, [MaybeNullWhen(false)] out T found)
    {
        found = default;
        if (_fields[name] is not { } node)
            return false;
        return node is JsonValue value && value.TryGetValue(out found)
            ? true
            : throw new PublishedFormatException($"{Location}: {name} is {node.ToJsonString()}; {kind} is needed.");
    }
}
