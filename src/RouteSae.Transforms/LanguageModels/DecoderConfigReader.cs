using System.Text.Json;
using RouteSae.Files;
using RouteSae.LanguageModels.Families;

namespace RouteSae.LanguageModels;

/// <summary>Reads a Hugging Face <c>config.json</c>: finds the family, which maps the fields.</summary>
internal static class DecoderConfigReader
{
    public static DecoderConfig Read(string json, string name) => Parse(json, name, fields =>
    {
        var modelType = fields.Text("model_type") ?? throw fields.Missing("model_type");
        if (!DecoderFamilies.Contains(modelType))
            throw new LanguageModelFormatException($"{name}: model_type '{modelType}' is not supported. Known: {DecoderFamilies.Names}.");
        var config = GenerationFields.Read(DecoderFamilies.Find(modelType).Read(fields), fields);
        var problems = DecoderConfigCheck.Problems(config).ToList();
        return problems.Count == 0
            ? config
            : throw new LanguageModelFormatException($"{name}: {string.Join("; ", problems)}.");
    });

    /// <summary>The configuration with what a <c>generation_config.json</c> says.</summary>
    public static DecoderConfig WithGeneration(DecoderConfig config, string generationConfigJson, string name) =>
        Parse(generationConfigJson, name, fields => GenerationFields.ReadFile(config, fields));

    private static T Parse<T>(string json, string name, Func<ConfigFields, T> read)
    {
        try
        {
            using var document = StrictJson.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(new ConfigFields(document.RootElement, name))
                : throw new LanguageModelFormatException($"{name} is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw new LanguageModelFormatException($"{name} is not valid JSON: {e.Message}");
        }
    }
}
