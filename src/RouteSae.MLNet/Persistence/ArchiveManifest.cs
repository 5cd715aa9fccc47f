using System.Text.Json;
using System.Text.Json.Serialization;
using RouteSae.Features;
using RouteSae.LanguageModels;
using RouteSae.Storage;

namespace RouteSae.MLNet.Persistence;

/// <summary>The stream <c>routesae.json</c> of a saved transformer.</summary>
internal sealed record ArchiveManifest
{
    public const int CurrentFormat = 1;

    public const string StreamName = "routesae.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    public int Format { get; init; } = CurrentFormat;

    public required string InputColumnName { get; init; }

    public required string OutputColumnName { get; init; }

    public Pooling Pooling { get; init; }

    public int? MaxTokens { get; init; }

    public int BatchSize { get; init; }

    public int TokensPerBatch { get; init; }

    [JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
    public Precision Precision { get; init; }

    /// <summary>Size and hash of the stream bundle.json, which in turn lists all other streams with theirs.</summary>
    public required BundleFile Bundle { get; init; }

    /// <summary>Where a referenced language model lay when the transformer was saved; a first place to look.</summary>
    public string? LanguageModelLastFoundAt { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    public static ArchiveManifest Parse(byte[] json)
    {
        try
        {
            CheckFormat(json);
            return JsonSerializer.Deserialize<ArchiveManifest>(json, Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new BundleFormatException($"{ModelArchive.Location}: stream {StreamName} cannot be read: {exception.Message}", exception);
        }
    }

    private static void CheckFormat(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind == JsonValueKind.Object
            && document.RootElement.TryGetProperty("format", out var element)
            && element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var format) && format > CurrentFormat)
        {
            throw new BundleFormatException(
                $"{ModelArchive.Location} has format {format}; this version of RouteSae.MLNet reads formats up to {CurrentFormat}. Update RouteSae.MLNet.");
        }
    }
}
