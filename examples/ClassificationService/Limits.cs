using System.ComponentModel.DataAnnotations;

namespace ClassificationService;

/// <summary>How much one request may ask for: the section "Limits" of appsettings.json.</summary>
public sealed class Limits
{
    /// <summary>The most bytes of a body.</summary>
    [Range(1, 16 << 20)]
    public int BodyBytes { get; set; } = 1 << 20;

    /// <summary>The most texts of a request.</summary>
    [Range(1, 100_000)]
    public int Texts { get; set; } = 1000;

    /// <summary>The most UTF-16 characters of a text. The embedded model reads its first 256 tokens.</summary>
    [Range(1, 10_000_000)]
    public int Characters { get; set; } = 20_000;
}
