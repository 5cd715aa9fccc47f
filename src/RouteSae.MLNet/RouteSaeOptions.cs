using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.SearchSpace;
using RouteSae.Features;
using RouteSae.LanguageModels;

namespace RouteSae.MLNet;

/// <summary>
/// Settings of <see cref="Microsoft.ML.RouteSaeCatalog.RouteSae"/>. All of them are public properties that survive JSON, and those
/// worth searching carry ML.NET's search-space attributes.
/// </summary>
public sealed class RouteSaeOptions
{
    /// <summary>The folder of a bundle. Null, the default: the small model that comes with the library.</summary>
    public string? Model { get; set; }

    /// <summary>How the features of a text's tokens become one vector. Default: <see cref="Pooling.Max"/>.</summary>
    [Choice(new object[] { Pooling.Max, Pooling.Mean, Pooling.Sum, Pooling.Count, Pooling.Binary, Pooling.Last }, Pooling.Max)]
    public Pooling Pooling { get; set; } = Pooling.Max;

    /// <summary>Trains router and autoencoder on the input column during Fit. Null, the default: the bundle's are used as they are.</summary>
    public RouteSaeTrainingOptions? Training { get; set; }

    /// <summary>Seed of every random choice in training. Null, the default: drawn from the MLContext, so that its seed decides.</summary>
    public int? Seed { get; set; }

    /// <summary>The most tokens of a text that are read, special tokens included. Null, the default: as many as the bundle's context holds.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>The most rows that are read ahead and encoded together, 1 to 65,536. Default: 256. A cursor starts with one row and doubles up to it.</summary>
    public int BatchSize { get; set; } = 256;

    /// <summary>The most tokens in one pass of the network, padding included, 16 to 1,048,576. Default: 4096. Memory grows with it.</summary>
    public int TokensPerBatch { get; set; } = 4096;

    /// <summary>
    /// The type in which the language model computes. Default: <see cref="LanguageModels.Precision.Float32"/>, which gives the same
    /// features on every processor up to rounding; brain floats are faster where the processor has them.
    /// </summary>
    [JsonConverter(typeof(JsonStringEnumConverter<Precision>))]
    public Precision Precision { get; set; } = Precision.Float32;

    /// <summary>Checks the settings.</summary>
    /// <exception cref="ArgumentException">One or more are not valid; the message lists all of them.</exception>
    public void Validate()
    {
        var problems = Problems().ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException($"RouteSaeOptions cannot be used:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}");
        }
    }

    /// <summary>A copy that later changes of this object do not reach.</summary>
    internal RouteSaeOptions Copy() => JsonSerializer.Deserialize<RouteSaeOptions>(JsonSerializer.Serialize(this))!;

    private IEnumerable<string> Problems()
    {
        if (Model is not null && string.IsNullOrWhiteSpace(Model))
        {
            yield return "Model is empty. Name the folder of a bundle, or leave it null for the embedded model.";
        }

        if (!Enum.IsDefined(Pooling))
        {
            yield return $"Pooling is {(int)Pooling}. Choose one of {string.Join(", ", Enum.GetNames<Pooling>())}.";
        }

        if (MaxTokens < 1)
        {
            yield return $"MaxTokens is {MaxTokens}. It must be at least 1, or null for the whole context.";
        }

        if (BatchSize is < 1 or > 65_536)
        {
            yield return $"BatchSize is {BatchSize}. It must be 1 to 65536 rows.";
        }

        if (TokensPerBatch is < 16 or > 1_048_576)
        {
            yield return $"TokensPerBatch is {TokensPerBatch}. It must be 16 to 1048576 tokens.";
        }

        if (!Enum.IsDefined(Precision))
        {
            yield return $"Precision is {(int)Precision}. Choose one of {string.Join(", ", Enum.GetNames<Precision>())}.";
        }

        foreach (var problem in Training?.Problems() ?? [])
        {
            yield return problem;
        }
    }
}
