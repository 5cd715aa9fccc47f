using System.Text.Json;
using RouteSae.Files;

namespace RouteSae.PaperComparison;

/// <summary>Results beside the trained autoencoders, so that nothing is measured twice.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static RunResult? Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize<RunResult>(File.ReadAllText(path), Json) : null;

    public static void Write(string path, RunResult result) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, result, Json));
}
