using System.Text.Json;
using System.Text.Json.Nodes;

namespace RouteSae.Files;

/// <summary>
/// JSON of files that come from anywhere. Beside what is no JSON it refuses what a later look at a value would stumble over: a key twice in
/// one object, half a surrogate pair in a name or a text, more than 64 levels.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>Parses a document, which the caller disposes.</summary>
    /// <exception cref="JsonException">It is refused; the message says why and where.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json) => Checked(() => JsonDocument.Parse(json, Options));

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static JsonDocument Parse(Stream json) => Checked(() => JsonDocument.Parse(json, Options));

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static JsonDocument Parse(string json) => Checked(() => JsonDocument.Parse(json, Options));

    /// <summary>Parses a document into nodes.</summary>
    /// <exception cref="JsonException">It is refused; the message says why and where.</exception>
    public static JsonNode? ParseNode(byte[] json)
    {
        Parse(json).Dispose();
        return JsonNode.Parse(json, documentOptions: Options);
    }

    private static JsonDocument Checked(Func<JsonDocument> parse)
    {
        JsonDocument document;
        try
        {
            document = parse();
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("a name is not valid Unicode: it holds half a surrogate pair."); // met while it looks for names that stand twice
        }

        try
        {
            CheckTexts(document.RootElement, "$");
            return document;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    private static void CheckTexts(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in element.EnumerateArray())
            {
                CheckTexts(item, $"{path}[{index++}]");
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                CheckTexts(member.Value, $"{path}.{Valid(() => member.Name, $"a name in {path}")}");
            }
        }
        else if (element.ValueKind == JsonValueKind.String)
        {
            Valid(element.GetString, path);
        }
    }

    // The parser lets an escaped half of a surrogate pair through; only reading it fails.
    private static string? Valid(Func<string?> read, string path)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            throw new JsonException($"{path} is not valid Unicode: it holds half a surrogate pair.");
        }
    }
}
