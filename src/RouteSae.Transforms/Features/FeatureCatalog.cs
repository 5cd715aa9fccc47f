using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using RouteSae.Bundles;
using RouteSae.Files;

namespace RouteSae.Features;

/// <summary>What is known of every latent of a bundle: the file <c>features.json</c>.</summary>
public sealed class FeatureCatalog
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Creates a catalogue.</summary>
    /// <param name="features">One description a latent, in order.</param>
    public FeatureCatalog(IReadOnlyList<FeatureDescription> features)
    {
        Features = features;
        Names = [.. features.Select((feature, latent) => feature.Name(latent))];
    }

    /// <summary>One description a latent, M in all.</summary>
    public IReadOnlyList<FeatureDescription> Features { get; }

    /// <summary>The readable name of each latent; all different.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A catalogue in which nothing is known: names <c>f0</c> to <c>f{M-1}</c>.</summary>
    /// <param name="latents">M.</param>
    public static FeatureCatalog Unnamed(int latents) => new([.. Enumerable.Repeat(new FeatureDescription(), latents)]);

    /// <summary>Reads <c>features.json</c>.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="latents">M, the number of descriptions that it must hold.</param>
    /// <param name="location">Where the bundle lies, for messages.</param>
    /// <exception cref="BundleFormatException">Not such a file, or for another number of latents.</exception>
    public static FeatureCatalog Parse(ReadOnlySpan<byte> json, int latents, string location)
    {
        try
        {
            using var document = StrictJson.Parse(json.ToArray());
            var features = document.Deserialize<Content>(Json)?.Latents ?? throw new JsonException("it is null");
            if (features.Any(feature => feature is null || feature.Tokens.Any(token => token is null)))
            {
                throw new JsonException("a latent or a token is null");
            }

            return features.Count == latents
                ? new FeatureCatalog(features)
                : throw new BundleFormatException($"{location}: {BundleFileNames.Features} describes {features.Count} latents, but the bundle has {latents}.");
        }
        catch (JsonException exception)
        {
            throw new BundleFormatException($"{location}: {BundleFileNames.Features} cannot be read: {exception.Message}");
        }
    }

    /// <summary>The bytes of <c>features.json</c>.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new Content { Latents = Features }, Json);

    private sealed record Content
    {
        public required IReadOnlyList<FeatureDescription> Latents { get; init; }
    }
}
