using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using RouteSae.Autoencoders;

namespace RouteSae.Training.Checkpoints;

/// <summary>What decides a training, as names and values that can be compared.</summary>
internal static class TrainingSettings
{
    private static readonly JsonSerializerOptions Json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        IgnoreReadOnlyProperties = true,
    };

    /// <summary>The public properties of options or of an architecture that can be set; those of parts get the part's name before theirs.</summary>
    public static SortedDictionary<string, string> Of(object options)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Flatten(JsonSerializer.SerializeToNode(options, options.GetType(), Json), "", settings);
        return settings;
    }

    /// <summary>What a model is, and how it is trained. How often progress is reported does not matter.</summary>
    public static SortedDictionary<string, string> Of(AutoencoderModel model, AutoencoderTrainerOptions options)
    {
        var settings = Of(options);
        settings.Remove(nameof(options.ReportInterval));
        settings["Model"] = model.Description;
        foreach (var (name, value) in Of(ArchitectureOf(model)))
            settings[$"Model.{name}"] = value;
        foreach (var parameter in model.Parameters)
            settings[$"Model.{parameter.Name}"] = $"{parameter.Value.dtype} [{string.Join(", ", parameter.Value.shape)}]";
        if (model is RandomLayerModel random)
            settings["Model.Seed"] = $"{random.Seed}";
        return settings;
    }

    /// <summary>What differs, in sentences; empty when nothing does.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> present) =>
    [
        .. saved.Keys.Union(present.Keys).Order(StringComparer.Ordinal)
            .Select(name => (Name: name, Saved: saved.GetValueOrDefault(name, "not set"), Present: present.GetValueOrDefault(name, "not set")))
            .Where(setting => setting.Saved != setting.Present)
            .Select(setting => $"{setting.Name} is {setting.Present}, but the checkpoint's is {setting.Saved}."),
    ];

    private static object ArchitectureOf(AutoencoderModel model) => model switch
    {
        RouteSaeModel routed => routed.Architecture,
        CrosscoderModel crosscoder => crosscoder.Architecture,
        FixedLayersModel fixedLayers => fixedLayers.Autoencoder.Architecture,
        _ => throw new NotSupportedException($"{model.GetType().Name} has no architecture that could be saved."),
    };

    private static void Flatten(JsonNode? node, string name, SortedDictionary<string, string> settings)
    {
        if (node is not JsonObject parts)
        {
            settings[name] = node is JsonArray list ? string.Join(", ", list) : node?.ToString() ?? "null";
            return;
        }
        foreach (var (part, value) in parts)
            Flatten(value, name.Length == 0 ? part : $"{name}.{part}", settings);
    }
}
