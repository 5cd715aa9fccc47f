using System.Text.Json;
using System.Text.Json.Serialization;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kinds;
using RouteSae.Files;
using RouteSae.Hub;
using RouteSae.Tokens;

namespace RouteSae.Bundles;

/// <summary>The file <c>bundle.json</c>: what a bundle is and which files belong to it.</summary>
public sealed record BundleManifest
{
    /// <summary>
    /// The newest format that this version reads. A RouteSAE is written in format 1; the authors' other autoencoders and
    /// <see cref="SpecialTokenPolicy.Begin"/> in format 2, other kinds in format 3.
    /// </summary>
    public const int CurrentFormat = 3;

    /// <summary>The manifest's own name within a bundle.</summary>
    public const string FileName = "bundle.json";

    private const string RouteSae = "routeSae";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        WriteIndented = true,
    };

    /// <summary>The format of the bundle.</summary>
    public int Format { get; init; } = 1;

    /// <summary>The bundle's name, for people.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of autoencoder that reads one hidden state (<see cref="AutoencoderKind.Name"/>); null for a RouteSAE, which has a router.</summary>
    public string? Autoencoder { get; init; }

    /// <summary>The hidden states that the router chooses among (0 = embeddings, i = output of decoder layer i), ascending; without a router the one that is read.</summary>
    public required IReadOnlyList<int> RoutedHiddenStates { get; init; }

    /// <summary>D, the width of a hidden state.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>M, the number of latents.</summary>
    public required int Latents { get; init; }

    /// <summary>K, the most latents that are active on a token: M where only their activations decide.</summary>
    public required int ActiveLatents { get; init; }

    /// <summary>What the router reads: the sum or the mean of the standardised hidden states.</summary>
    public RouterAggregation Aggregation { get; init; }

    /// <summary>Whether the autoencoder reads the most probable hidden state or a mixture.</summary>
    public RoutingMode Mode { get; init; }

    /// <summary>What hard routing encodes: the most probable hidden state times its probability, or as it is.</summary>
    public RouterTarget Target { get; init; }

    /// <summary>What of a hidden state is read.</summary>
    public HiddenStateScaling Scaling { get; init; }

    /// <summary>The window in which JumpReLU's thresholds are trained (<see cref="JumpReluArchitecture.Bandwidth"/>); null for other autoencoders.</summary>
    public double? Bandwidth { get; init; }

    /// <summary>Further numbers of the kind (<see cref="AutoencoderSettings.Values"/>); null when it has none.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<double>>? Settings { get; init; }

    /// <summary>Corrected, or like the reference implementation.</summary>
    public Fidelity Fidelity { get; init; }

    /// <summary>The language model outside the bundle; null when it is inside, in <c>model/</c>.</summary>
    public LanguageModelReference? LanguageModel { get; init; }

    /// <summary>The most tokens of a text that are read, special tokens included.</summary>
    public required int ContextLength { get; init; }

    /// <summary>What happens to special tokens.</summary>
    public SpecialTokenPolicy SpecialTokens { get; init; } = new();

    /// <summary>The bundle's files except the manifest, by name with forward slashes.</summary>
    public required IReadOnlyDictionary<string, BundleFile> Files { get; init; }

    /// <summary>The sizes and choices of router and autoencoder; null when the bundle holds an autoencoder without a router.</summary>
    [JsonIgnore]
    public RouteSaeArchitecture? Architecture => Autoencoder is not null ? null : new()
    {
        HiddenSize = HiddenSize,
        RoutedHiddenStates = RoutedHiddenStates,
        Latents = Latents,
        ActiveLatents = ActiveLatents,
        Aggregation = Aggregation,
        Mode = Mode,
        Target = Target,
        Scaling = Scaling,
        Fidelity = Fidelity,
    };

    /// <summary>Reads a manifest and checks that it makes sense; the files are not looked at.</summary>
    /// <param name="json">The bytes of <c>bundle.json</c>.</param>
    /// <param name="location">Where the bundle lies, for messages.</param>
    /// <exception cref="BundleFormatException">Not a manifest, or of a newer format.</exception>
    public static BundleManifest Parse(ReadOnlySpan<byte> json, string location)
    {
        BundleManifest manifest;
        try
        {
            using var document = StrictJson.Parse(json.ToArray());
            CheckFormat(document.RootElement, location);
            manifest = document.Deserialize<BundleManifest>(Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new BundleFormatException($"{location}: {FileName} cannot be read: {exception.Message}");
        }

        // Also how a RouteSAE may be called, which has no need of it.
        manifest = RouteSae.Equals(manifest.Autoencoder, StringComparison.OrdinalIgnoreCase) ? manifest with { Autoencoder = null } : manifest;
        BundleManifestCheck.ThrowIfInvalid(manifest, location);
        return manifest;
    }

    /// <summary>The manifest as the bytes of <c>bundle.json</c>.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    // Looked at before anything else: a newer format may lack what this version requires.
    private static void CheckFormat(JsonElement manifest, string location)
    {
        if (manifest.ValueKind == JsonValueKind.Object
            && manifest.TryGetProperty("format", out var element)
            && element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var format) && format > CurrentFormat)
        {
            throw new BundleFormatException(
                $"{location}: {FileName} has format {format}; this version of RouteSae reads formats up to {CurrentFormat}. Update RouteSae, or use a bundle made with this version.");
        }
    }
}
