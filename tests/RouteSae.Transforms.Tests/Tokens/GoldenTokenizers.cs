using System.Text.Json;
using System.Text.Json.Serialization;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

/// <summary>Tokenizers of public checkpoints and what Hugging Face's tokenizers make of texts.</summary>
internal static class GoldenTokenizers
{
    private static readonly Dictionary<string, TextTokenizer> Loaded = [];

    /// <summary>A tokenizer of ../shared/golden/tok; skips the test where it is absent.</summary>
    public static TextTokenizer LoadShared(string name)
    {
        var folder = SharedFolder("golden", "tok", name);
        lock (Loaded)
        {
            return Loaded.TryGetValue(name, out var tokenizer) ? tokenizer : Loaded[name] = TextTokenizer.Load(folder);
        }
    }

    public static IReadOnlyList<GoldenVector> Vectors(string name)
    {
        var json = File.ReadAllText(Path.Combine(SharedFolder("golden", "tok", name), "vectors.json"));
        return JsonSerializer.Deserialize<VectorFile>(json)!.Vectors;
    }

    public static string SharedFolder(params string[] parts)
    {
        var folder = RepositoryFiles.Shared(parts);
        Skip.If(folder is null, $"../shared/{string.Join('/', parts)} is not beside the repository.");
        return folder!;
    }

    private sealed record VectorFile([property: JsonPropertyName("vectors")] IReadOnlyList<GoldenVector> Vectors);
}
