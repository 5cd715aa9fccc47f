using System.Text.Json;
using System.Text.Json.Nodes;

namespace RouteSae.Files;

/// <summary>
/// JSON of files that come from anywhere. Beside what is no JSON it refuses what a later look at a value would stumble over: a key twice in
/// one object, half a surrogate pair in a name or a text, more than 64 levels.
/// </summary>
internal static class StrictJson
{
    // Duplicates are found here and not by the parser, which fails on half a surrogate pair with an exception of another kind.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>Parses a document, which the caller disposes.</summary>
    /// <exception cref="JsonException">It is refused; the message says why and where.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json) => Checked(JsonDocument.Parse(json, Options));

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static JsonDocument Parse(Stream json) => Checked(JsonDocument.Parse(json, Options));

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static JsonDocument Parse(string json) => Checked(JsonDocument.Parse(json, Options));

    /// <summary>Parses a document into nodes.</summary>
    /// <exception cref="JsonException">It is refused; the message says why and where.</exception>
    public static JsonNode? ParseNode(byte[] json)
    {
        Parse(json).Dispose();
        return JsonNode.Parse(json, documentOptions: Options);
    }

    private static JsonDocument Checked(JsonDocument document)
    {
        try
        {
            Check(document.RootElement, parent: null, "$", index: 0);
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    // Most values are texts and numbers: only what holds others, or is wrong, gets a place.
    private static void Check(JsonElement element, JsonPlace? parent, string? name, int index)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Array:
                CheckItems(element, new JsonPlace(parent, name, index));
                break;
            case JsonValueKind.Object:
                CheckMembers(element, new JsonPlace(parent, name, index));
                break;
            case JsonValueKind.String when !IsUnicode(element):
                throw new JsonException($"{new JsonPlace(parent, name, index)} is not valid Unicode: it holds half a surrogate pair.");
        }
    }

    private static void CheckItems(JsonElement array, JsonPlace place)
    {
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            Check(item, place, null, index++);
        }
    }

    private static void CheckMembers(JsonElement fields, JsonPlace place)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in fields.EnumerateObject())
        {
            var name = Name(member, place);
            if (!names.Add(name))
            {
                throw new JsonException($"{place} has the key '{Shown(name)}' twice.");
            }

            Check(member.Value, place, name, 0);
        }
    }

    // The parser lets an escaped half of a surrogate pair through; only reading it fails.
    private static string Name(JsonProperty member, JsonPlace place)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new JsonException($"A name in {place} is not valid Unicode: it holds half a surrogate pair.");
        }
    }

    private static bool IsUnicode(JsonElement text)
    {
        try
        {
            _ = text.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string Shown(string name) => name.Length <= 100 ? name : $"{name.AsSpan(0, 100)}…";

    /// <summary>A place in a document; its text is made only for a message.</summary>
    private sealed record JsonPlace(JsonPlace? Parent, string? Name, int Index)
    {
        public override string ToString() => Parent is null ? Name! : Name is null ? $"{Parent}[{Index}]" : $"{Parent}.{Shown(Name)}";
    }
}
