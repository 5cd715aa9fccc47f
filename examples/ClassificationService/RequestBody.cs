using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace ClassificationService;

/// <summary>Reads texts from a body, or says what is wrong with it.</summary>
internal static class RequestBody
{
    private const string Shape = """Send { "text": "…" } or { "texts": ["…", "…"] }.""";

    public static async Task<IReadOnlyList<string>> ReadTextsAsync(HttpRequest request, Limits limits)
    {
        CheckHeaders(request);
        var body = await ReadBytesAsync(request, limits.BodyBytes);
        if (!Utf8.IsValid(body.Span))
            throw new BadRequest(400, "The body is not UTF-8.", "The body has bytes that are not valid UTF-8. Encode the JSON as UTF-8.");
        try
        {
            using var document = StrictJson.Parse(body);
            var texts = Texts(document.RootElement);
            Check(texts, limits);
            return texts;
        }
        catch (JsonException exception)
        {
            throw new BadRequest(
                400, "The body is not JSON.",
                $"The body cannot be read as JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}. {Shape}");
        }
    }

    private static void CheckHeaders(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.Charset.HasValue && !type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            throw new BadRequest(415, "The body is of another type.", Problems.ContentTypeAdvice);
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && !encoding.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase))
            throw new BadRequest(415, "The body is compressed.", $"The body has the Content-Encoding '{encoding}'. Send it as it is, without that header.");
    }

    // A body that is too large is read to its end, so that the sender, who is still sending, gets to read the answer. Kestrel ends what goes on for too long.
    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, int limit)
    {
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        long length = 0;
        while (await ReadAsync(request, buffer) is > 0 and var read)
        {
            length += read;
            if (length <= limit)
                body.Write(buffer, 0, read);
        }

        if (length > limit)
            throw new BadRequest(413, "The body is too large.", $"The body has {length} bytes; at most {limit} are read. Send the texts in several requests.");
        var bytes = body.GetBuffer().AsMemory(0, (int)length);
        return bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
    }

    private static async Task<int> ReadAsync(HttpRequest request, byte[] buffer)
    {
        try
        {
            return await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            // For example a chunk length that overflows. If the connection itself has broken, the client never sees the answer.
            throw new BadRequest(400, "The request cannot be used.", $"The body could not be read: {broken.Message}");
        }
    }

    private static IReadOnlyList<string> Texts(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Wrong($"The body is {Name(root)}, not an object.");
        var (one, several) = (Has(root, "text", out var text), Has(root, "texts", out var texts));
        if (one == several)
            throw Wrong(one ? "The body has both 'text' and 'texts'." : "The body has neither 'text' nor 'texts'.");
        if (one)
            return [Text(text, "text")];
        if (texts.ValueKind != JsonValueKind.Array)
            throw Wrong($"'texts' is {Name(texts)}, not an array.");
        return [.. texts.EnumerateArray().Select((element, index) => Text(element, $"texts[{index}]"))];
    }

    private static bool Has(JsonElement root, string name, out JsonElement value) =>
        root.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static string Text(JsonElement element, string where) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Wrong($"'{where}' is {Name(element)}, not a string.");

    private static void Check(IReadOnlyList<string> texts, Limits limits)
    {
        if (texts.Count == 0 || texts.Count > limits.Texts)
            throw Bad($"The request has {texts.Count} texts; 1 to {limits.Texts} are possible. Send them in several requests.");
        for (var i = 0; i < texts.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(texts[i]))
                throw Bad($"Text {i + 1} is empty. Leave it out, or send 1 to {limits.Characters} characters.");
            if (texts[i].Length > limits.Characters)
                throw Bad($"Text {i + 1} has {texts[i].Length} characters; at most {limits.Characters} are possible. Shorten it.");
        }
    }

    private static BadRequest Wrong(string detail) => Bad($"{detail} {Shape}");

    private static BadRequest Bad(string detail) => new(400, "The request cannot be used.", detail);

    private static string Name(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
