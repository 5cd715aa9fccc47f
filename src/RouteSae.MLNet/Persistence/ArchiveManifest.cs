using System.Text.Json;
using System.Text.Json.Serialization;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.LanguageModels;
using RouteSae.MLNet.Models;

namespace RouteSae.MLNet.Persistence;

/// <summary>The stream <c>routesae.json</c> of a saved transformer.</summary>
internal sealed record ArchiveManifest
{
    public const int CurrentFormat = 2;

    /// <summary>The format of version 0.1 before it had more options than a pooling: read by it, and written where nothing else is asked for.</summary>
    private const int PlainFormat = 1;

    public const string StreamName = "routesae.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        AllowDuplicateProperties = false,
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

    public Pooling[] AdditionalPoolings { get; init; } = [];

    public FeatureWeighting Weighting { get; init; }

    public float MinimumActivation { get; init; }

    public string? RoutedColumnName { get; init; }

    public string? RoutingShareColumnName { get; init; }

    public string? TokensColumnName { get; init; }

    public string? TokenFeaturesColumnName { get; init; }

    /// <summary>The latents that have slots, ascending; null for all.</summary>
    public int[]? Latents { get; init; }

    /// <summary>The weight of each of them; null for none.</summary>
    public float[]? InverseDocumentFrequency { get; init; }

    /// <summary>Size and hash of the stream bundle.json, which in turn lists all other streams with theirs.</summary>
    public required BundleFile Bundle { get; init; }

    /// <summary>Where a referenced language model lay when the transformer was saved; a first place to look.</summary>
    public string? LanguageModelLastFoundAt { get; init; }

    /// <summary>The options of a loaded transformer. It keeps no codes: it transforms, and fits nothing.</summary>
    public RouteSaeOptions Options() => new()
    {
        Pooling = Pooling,
        AdditionalPoolings = AdditionalPoolings,
        Weighting = Weighting,
        TopFeatures = Latents?.Length,
        MinimumActivation = MinimumActivation,
        RoutedColumnName = RoutedColumnName,
        RoutingShareColumnName = RoutingShareColumnName,
        TokensColumnName = TokensColumnName,
        TokenFeaturesColumnName = TokenFeaturesColumnName,
        MaxTokens = MaxTokens,
        BatchSize = BatchSize,
        TokensPerBatch = TokensPerBatch,
        Precision = Precision,
        CacheMegabytes = 0,
    };

    /// <summary>Describes a transformer.</summary>
    public static ArchiveManifest Of(string inputColumnName, string outputColumnName, RouteSaeOptions options, FittedFeatures fitted, FeatureBundle bundle) => new()
    {
        InputColumnName = inputColumnName,
        OutputColumnName = outputColumnName,
        Pooling = options.Pooling,
        AdditionalPoolings = options.AdditionalPoolings,
        Weighting = options.Weighting,
        MinimumActivation = options.MinimumActivation,
        RoutedColumnName = options.RoutedColumnName,
        RoutingShareColumnName = options.RoutingShareColumnName,
        TokensColumnName = options.TokensColumnName,
        TokenFeaturesColumnName = options.TokenFeaturesColumnName,
        MaxTokens = options.MaxTokens,
        BatchSize = options.BatchSize,
        TokensPerBatch = options.TokensPerBatch,
        Precision = options.Precision,
        Latents = fitted.Latents,
        InverseDocumentFrequency = fitted.InverseDocumentFrequency,
        Bundle = BundleFile.Measure(new MemoryStream(bundle.ManifestBytes.ToArray())),
        LanguageModelLastFoundAt = bundle.FindLanguageModel(),
    };

    /// <summary>The same with the lowest format that says all of it, so that older versions read what they can.</summary>
    public ArchiveManifest WithLeastFormat() => this with { Format = IsPlain ? PlainFormat : CurrentFormat };

    /// <summary>Checks what was fitted against the bundle.</summary>
    /// <param name="latents">M.</param>
    /// <exception cref="BundleFormatException">It does not fit.</exception>
    public void CheckFitted(int latents)
    {
        var ascending = Latents is null || (Latents.Length > 0 && Latents[0] >= 0 && Latents[^1] < latents && Latents.Zip(Latents.Skip(1)).All(pair => pair.First < pair.Second));
        if (!ascending)
        {
            throw new BundleFormatException($"{ModelArchive.Location} is damaged: the latents in {StreamName} are not ascending numbers from 0 to {latents - 1}.");
        }

        var isWeighted = Weighting is FeatureWeighting.Idf or FeatureWeighting.Log1pIdf;
        if (isWeighted != InverseDocumentFrequency is not null
            || InverseDocumentFrequency is { } weights && (weights.Length != (Latents?.Length ?? latents) || !weights.All(float.IsFinite)))
        {
            throw new BundleFormatException($"{ModelArchive.Location} is damaged: {StreamName} needs one finite weight for each of its {Latents?.Length ?? latents} latents where the weighting is by document frequency, and none elsewhere.");
        }
    }

    private bool IsPlain =>
        AdditionalPoolings.Length == 0 && Weighting == FeatureWeighting.None && MinimumActivation == 0 && Latents is null
        && RoutedColumnName is null && RoutingShareColumnName is null && TokensColumnName is null && TokenFeaturesColumnName is null;

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    public static ArchiveManifest Parse(byte[] json)
    {
        try
        {
            CheckFormat(json);
            return JsonSerializer.Deserialize<ArchiveManifest>(json, Json) ?? throw new JsonException("it is null");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter for half a surrogate pair
        {
            throw new BundleFormatException($"{ModelArchive.Location}: stream {StreamName} cannot be read: {exception.Message}");
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
