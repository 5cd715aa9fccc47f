using System.Text.Json;
using System.Text.Json.Serialization;

namespace TextClassification;

/// <summary>What <c>--json</c> writes.</summary>
public sealed record Report
{
    [JsonPropertyName("accuracy")]
    public required double Accuracy { get; init; }

    [JsonPropertyName("macroF1")]
    public required double MacroF1 { get; init; }

    [JsonPropertyName("logLoss")]
    public required double LogLoss { get; init; }

    [JsonPropertyName("baselines")]
    public required IReadOnlyDictionary<string, Quality> Baselines { get; init; }

    [JsonPropertyName("textsPerSecond")]
    public required double TextsPerSecond { get; init; }

    [JsonPropertyName("identicalAfterReload")]
    public required bool IdenticalAfterReload { get; init; }

    public void Write(string path)
    {
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(this, new JsonSerializerOptions { WriteIndented = true }) + "\n");
        File.Move(temporary, path, overwrite: true);
    }
}
