using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RouteSae.Files;
using RouteSae.Tokens;

namespace RouteSae.Cli;

/// <summary><c>routesae tokenize</c>: token ids of texts, and what they decode to.</summary>
internal static class TokenizeCommand
{
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);
    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create(TextWriter output, TextWriter error)
    {
        var model = CommonOptions.Model();
        var texts = CommonOptions.Input("--texts", """A file with a JSON object a line: {"text": "…", "add_special_tokens": true}; the latter may be missing, which means true.""");
        var file = CommonOptions.Output("""The file to write, a line for each of the texts: {"ids": […], "decoded": "…"}.""");
        var command = new Command("tokenize", "Writes the token ids of texts.") { model, texts, file };
        command.SetAction(async (result, cancellationToken) =>
        {
            var folder = await ModelFolder.ResolveAsync(result.GetRequiredValue(model), error, cancellationToken, tokenizerOnly: true);
            await Task.Run(() => Write(
                folder, result.GetRequiredValue(texts).FullName, CommonOptions.Target(result.GetRequiredValue(file)), output, cancellationToken), cancellationToken);
        });
        return command;
    }

    private static void Write(string folder, string texts, string path, TextWriter output, CancellationToken cancellationToken)
    {
        var tokenizer = TextTokenizer.Load(folder);
        var lines = 0;
        AtomicFile.Write(path, stream =>
        {
            foreach (var line in Lines(texts))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (text, addSpecialTokens) = Parse(line, $"{texts}, line {++lines}");
                Write(stream, tokenizer, tokenizer.Encode(text, addSpecialTokens).Ids);
            }
        });
        output.WriteLine($"{path}: {lines} texts");
    }

    private static void Write(Stream stream, TextTokenizer tokenizer, IReadOnlyList<int> ids)
    {
        using (var writer = new Utf8JsonWriter(stream, s_plain))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("ids");
            foreach (var id in ids)
                writer.WriteNumberValue(id);
            writer.WriteEndArray();
            writer.WriteString("decoded", tokenizer.Decode(ids));
            writer.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var lines = File.ReadLines(path, s_strictUtf8).GetEnumerator();
        for (var number = 1; Next(number); number++)
            yield return lines.Current;

        bool Next(int number)
        {
            try
            {
                return lines.MoveNext();
            }
            catch (DecoderFallbackException e)
            {
                throw new InvalidDataException($"{path}, line {number} or soon after it: the bytes are not UTF-8. Convert the file.", e);
            }
        }
    }

    private static (string Text, bool AddSpecialTokens) Parse(string line, string place)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("text", out var text) || text.ValueKind != JsonValueKind.String)
                throw new InvalidDataException($"{place}: a JSON object with a string \"text\" is expected.");
            var addSpecialTokens = !json.RootElement.TryGetProperty("add_special_tokens", out var flag) || flag.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw new InvalidDataException($"{place}: \"add_special_tokens\" must be true or false."),
            };
            return (text.GetString()!, addSpecialTokens);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            throw new InvalidDataException($"{place} is not valid JSON: {e.Message}", e);
        }
    }
}
