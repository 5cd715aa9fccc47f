using System.Text.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using Xunit;

namespace RouteSae.Cli.Tests;

/// <summary><c>routesae tokenize</c> against Hugging Face's tokenizers, on public vocabularies that lie beside the repository.</summary>
public sealed class GoldenTokenizeTests : IDisposable
{
    private readonly ToolFolder _folder = new();

    [SkippableTheory]
    [InlineData("gpt2")]
    [InlineData("llama2")]
    [InlineData("llama3")]
    public async Task IdsAndDecodedTextsEqualTheReference(string tokenizer)
    {
        var folder = RepositoryFiles.Shared("golden", "tok", tokenizer);
        Skip.If(folder is null, $"../shared/golden/tok/{tokenizer} is not beside the repository.");
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder!, "vectors.json")));
        var vectors = file.RootElement.GetProperty("vectors").EnumerateArray().ToArray();
        var lines = vectors.Select(vector => new JsonObject
        {
            ["text"] = vector.GetProperty("text").GetString(), ["add_special_tokens"] = vector.GetProperty("add_special_tokens").GetBoolean(),
        }.ToJsonString());

        var run = await ToolRun.Of("tokenize", "--model", folder!, "--texts", _folder.WriteLines("in.jsonl", [.. lines]), "--output", _folder["out.jsonl"]);

        run.Error.Should().BeEmpty();
        var written = File.ReadAllLines(_folder["out.jsonl"]);
        written.Should().HaveCount(vectors.Length).And.NotBeEmpty();
        foreach (var (line, vector) in written.Zip(vectors))
        {
            using var result = JsonDocument.Parse(line);
            Ids(result.RootElement).Should().Equal(Ids(vector), vector.GetProperty("text").GetRawText());
            if (vector.TryGetProperty("decoded", out var decoded) && decoded.ValueKind == JsonValueKind.String)
                result.RootElement.GetProperty("decoded").GetString().Should().Be(decoded.GetString());
        }
    }

    public void Dispose() => _folder.Dispose();

    private static IEnumerable<int> Ids(JsonElement element) => element.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32());
}
