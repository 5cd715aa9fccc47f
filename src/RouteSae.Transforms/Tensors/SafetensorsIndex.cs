using System.Text.Json;
using RouteSae.Files;
using static RouteSae.Tensors.SafetensorsFormatException;

namespace RouteSae.Tensors;

/// <summary>Reads <c>model.safetensors.index.json</c>: which file of a checkpoint holds which tensor.</summary>
internal static class SafetensorsIndex
{
    private const string MapName = "weight_map";

    /// <summary>File names, without folders, by tensor name.</summary>
    /// <exception cref="SafetensorsFormatException">The index is malformed or points outside its folder.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > SafetensorsHeader.MaximumJsonLength)
        {
            throw In(path, $"the index has {stream.Length} bytes; at most {SafetensorsHeader.MaximumJsonLength} are allowed");
        }

        try
        {
            using var document = StrictJson.Parse(stream);
            return ReadMap(document.RootElement, path);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // Malformed UTF-8 in a name is reported as an InvalidOperationException.
            throw In(path, $"the index is not valid JSON: {failure.Message.TrimEnd('.')}");
        }
    }

    private static Dictionary<string, string> ReadMap(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty(MapName, out var map)
            || map.ValueKind != JsonValueKind.Object)
        {
            throw In(path, $"the index has no object '{MapName}'");
        }

        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in map.EnumerateObject())
        {
            files.Add(property.Name, FileName(property, path));
        }

        return files;
    }

    // An index comes from elsewhere: it may name files beside it and no others.
    private static string FileName(JsonProperty property, string path)
    {
        var file = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : "";
        var isPlain = file.Length > 0 && file is not ("." or "..") && file.IndexOfAny(['/', '\\', ':', '\0']) < 0;
        return isPlain
            ? file
            : throw In(path, $"tensor {Quote(property.Name)} is not in a file of the same folder: {Quote(property.Value.ToString())}");
    }
}
