using System.Text.Json;
using RouteSae.Files;

namespace RouteSae.Tokens;

/// <summary>A value within a JSON file that knows its file and path, so that every error can say where it is.</summary>
internal readonly record struct JsonPart(JsonElement Element, string File, string Path)
{
    /// <summary>Far beyond any vocabulary, and yet tables with an entry for each id fit into memory.</summary>
    public const int LargestId = (1 << 24) - 1;

    public static JsonDocument Parse(Stream json, string file)
    {
        try
        {
            return StrictJson.Parse(json);
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException($"{file} is not valid JSON: {exception.Message}");
        }
    }

    public static JsonPart Root(JsonDocument document, string file)
    {
        var root = new JsonPart(document.RootElement, file, "");
        return root.Element.ValueKind == JsonValueKind.Object ? root : throw root.Error("expected an object");
    }

    /// <summary>File and path, for messages.</summary>
    public string Place => Path.Length == 0 ? File : $"{File}, {Path}";

    public bool IsObject => Element.ValueKind == JsonValueKind.Object;

    /// <summary>The named member, or null where it is absent or null.</summary>
    public JsonPart? Optional(string name)
    {
        if (!IsObject)
        {
            throw Error("expected an object");
        }

        return Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonPart(value, File, Path.Length == 0 ? name : $"{Path}.{name}")
            : null;
    }

    public JsonPart Required(string name) => Optional(name) ?? throw Error($"'{name}' is missing");

    public IEnumerable<JsonPart> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array)
        {
            throw Error("expected an array");
        }

        var (file, path) = (File, Path);
        return Element.EnumerateArray().Select((item, index) => new JsonPart(item, file, $"{path}[{index}]"));
    }

    public IEnumerable<(string Name, JsonPart Value)> Members()
    {
        foreach (var member in Element.EnumerateObject())
        {
            var name = member.Name;
            yield return (name, new JsonPart(member.Value, File, $"{Path}['{name}']"));
        }
    }

    public string Text() => Element.ValueKind == JsonValueKind.String
        ? Element.GetString()!
        : throw Error("expected a string");

    public string Text(string name) => Required(name).Text();

    public string? OptionalText(string name) => Optional(name)?.Text();

    public bool Flag(string name, bool absent) => OptionalFlag(name) ?? absent;

    public bool? OptionalFlag(string name) => Optional(name) switch
    {
        null => null,
        { Element.ValueKind: JsonValueKind.True } => true,
        { Element.ValueKind: JsonValueKind.False } => false,
        { } other => throw other.Error("expected true or false"),
    };

    /// <summary>A token id: an integer from 0 to <see cref="LargestId"/>.</summary>
    public int Id() => Number() is var id && id <= LargestId ? id : throw Error($"the token id {id} is larger than {LargestId}, the largest that is read");

    /// <summary>A count: an integer from 0.</summary>
    public int Number() => Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out var number) && number >= 0
        ? number
        : throw Error("expected an integer from 0");

    /// <summary>A score.</summary>
    public double Real() => Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out var number)
        ? number
        : throw Error("expected a number");

    public TokenizerFormatException Error(string message) =>
        new($"{Place}: {message}.");

    /// <summary>The error for a component that is well-formed and yet not supported.</summary>
    public NotSupportedException Unsupported(string component, string supported) =>
        new($"{File}, {Path}: {component} is not supported. Supported: {supported}.");
}
