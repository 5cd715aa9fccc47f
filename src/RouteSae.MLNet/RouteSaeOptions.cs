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

    /// <summary>
    /// Further poolings whose vectors follow the first one's in the same column, from the same run of the network. The slots' names then begin with their
    /// pooling. Default: none.
    /// </summary>
    public Pooling[] AdditionalPoolings { get; set; } = [];

    /// <summary>How pooled values are weighted. Default: <see cref="FeatureWeighting.None"/>. Idf and Log1pIdf are fitted to the training texts.</summary>
    [Choice(new object[] { FeatureWeighting.None, FeatureWeighting.Log1p, FeatureWeighting.Idf, FeatureWeighting.Log1pIdf }, FeatureWeighting.None)]
    public FeatureWeighting Weighting { get; set; } = FeatureWeighting.None;

    /// <summary>
    /// The number of latents that get slots, at least 1: those that are active in most training texts (of equals, the first). Null, the default: all M.
    /// </summary>
    [Range(256, 16_384, 16_384, logBase: true)]
    public int? TopFeatures { get; set; }

    /// <summary>Activations of a token below it count as 0, at least 0. Default: 0, which keeps all of them.</summary>
    [Range(0f, 1f, 0f)]
    public float MinimumActivation { get; set; }

    /// <summary>
    /// A further column: the mean over the text's tokens of what the autoencoder read (the routed activation), a dense vector of D singles. Null, the default:
    /// no such column.
    /// </summary>
    public string? RoutedColumnName { get; set; }

    /// <summary>
    /// A further column: the share of the text's tokens for which the router chose each hidden state, L singles with slot names. Null, the default: no such column.
    /// </summary>
    public string? RoutingShareColumnName { get; set; }

    /// <summary>A further column: the text's T pooled tokens in readable form, a vector of text of variable length. Null, the default: no such column.</summary>
    public string? TokensColumnName { get; set; }

    /// <summary>
    /// A further column: the features of each token, one sparse vector of singles of variable length T · M, token by token (its type has the
    /// dimensions [any, M]), as the autoencoder gives them: neither pooled nor weighted. Null, the default: no such column.
    /// </summary>
    public string? TokenFeaturesColumnName { get; set; }

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
    /// How many megabytes of codes (about 300 bytes a token) the estimator keeps, so that trainers which pass over the data many times and the
    /// folds of a cross-validation do not run the network again on the same text, 0 to 65,536. Default: 256. Shared by all transformers that the estimator fits and freed with the last of
    /// them; a loaded model keeps none. What is full takes no further texts.
    /// </summary>
    public int CacheMegabytes { get; set; } = 256;

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
        var problems = RouteSaeOptionsProblems.Of(this).ToList();
        if (problems.Count > 0)
        {
            throw new ArgumentException($"RouteSaeOptions cannot be used:{string.Concat(problems.Select(problem => $"{Environment.NewLine}- {problem}"))}");
        }
    }

    /// <summary>A copy that later changes of this object do not reach.</summary>
    internal RouteSaeOptions Copy() => JsonSerializer.Deserialize<RouteSaeOptions>(JsonSerializer.Serialize(this))!;

    /// <summary>The columns that are added beside the feature column, by the options that name them.</summary>
    internal IReadOnlyList<(string Option, string Name)> FurtherColumns()
    {
        (string Option, string? Name)[] columns =
        [
            (nameof(RoutedColumnName), RoutedColumnName),
            (nameof(RoutingShareColumnName), RoutingShareColumnName),
            (nameof(TokensColumnName), TokensColumnName),
            (nameof(TokenFeaturesColumnName), TokenFeaturesColumnName),
        ];
        return [.. columns.Where(column => column.Name is not null).Select(column => (column.Option, column.Name!))];
    }
}
