using System.Text.Json;

namespace ClassificationService;

/// <summary>JSON as it is meant to be: no name twice in an object, and no half of a surrogate pair, in a name or in a value.</summary>
internal static class StrictJson
{
    /// <exception cref="JsonException">It is not JSON; with line and position.</exception>
    /// <exception cref="BadRequest">It is JSON that can be read in more than one way, or in none.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        Check(utf8.Span);
        return JsonDocument.Parse(utf8);
    }

    private static void Check(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        var names = new Stack<HashSet<string>>(); // of the objects around the place
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    names.Push([]);
                    break;
                case JsonTokenType.EndObject:
                    names.Pop();
                    break;
                case JsonTokenType.PropertyName when !names.Peek().Add(Text(ref reader)):
                    throw Bad($"An object has the name at byte {reader.TokenStartIndex + 1} twice. Leave one of them out.");
                case JsonTokenType.String:
                    Text(ref reader);
                    break;
            }
        }
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Bad($"The string at byte {reader.TokenStartIndex + 1} has half of a surrogate pair (\\ud800 to \\udfff), which is no character. Leave it out.");
        }
    }

    private static BadRequest Bad(string detail) => new(400, "The request cannot be used.", detail);
}
