using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Tensors;

namespace RouteSae.Tests.Training.Checkpoints;

/// <summary>What checkpoints hold, to the last bit; the time that training took is left out.</summary>
internal static class CheckpointFiles
{
    private static readonly string[] Times = ["elapsed", "TokensPerSecond"];

    /// <summary>The newest file of a folder.</summary>
    public static string Newest(string folder) => Directory.GetFiles(folder, "step-*.safetensors").Order(StringComparer.Ordinal).Last();

    public static void ShouldBeIdentical(string actual, string expected, string because)
    {
        var (left, right) = (Contents(actual), Contents(expected));
        left.Keys.Should().Equal(right.Keys, because);
        left.Keys.Where(name => left[name] != right[name]).Should().BeEmpty(because);
    }

    /// <summary>Every tensor as its bytes in hexadecimal, and every value as JSON.</summary>
    private static SortedDictionary<string, string> Contents(string path)
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var file = SafetensorsFile.Open(path);
        foreach (var name in file.Names.Where(name => name != "~sha256"))
        {
            using var tensor = file.Load(name);
            contents[name] = $"{tensor.dtype} [{string.Join(", ", tensor.shape)}] {Convert.ToHexString(tensor.bytes)}";
        }
        var values = JsonNode.Parse(file.Metadata["values"])!.AsObject();
        foreach (var (name, value) in values.Where(pair => !Times.Any(time => pair.Key.EndsWith(time, StringComparison.Ordinal))))
        {
            (value as JsonObject)?.Remove("TokensPerSecond");
            contents[name] = value?.ToJsonString() ?? "null";
        }
        return contents;
    }
}
