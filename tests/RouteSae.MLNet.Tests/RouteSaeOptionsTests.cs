using System.Text.Json;
using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.SearchSpace;
using RouteSae.Features;
using RouteSae.LanguageModels;

namespace RouteSae.MLNet.Tests;

public sealed class RouteSaeOptionsTests
{
    [Fact]
    public void Defaults_are_valid() => new RouteSaeOptions { Training = new RouteSaeTrainingOptions() }.Invoking(options => options.Validate()).Should().NotThrow();

    [Fact]
    public void Json_keeps_every_property()
    {
        var options = new RouteSaeOptions
        {
            Model = "models/medium",
            Pooling = Pooling.Count,
            AdditionalPoolings = [Pooling.Max, Pooling.Last],
            Weighting = FeatureWeighting.Log1pIdf,
            TopFeatures = 77,
            MinimumActivation = 0.3f,
            RoutedColumnName = "Routed",
            RoutingShareColumnName = "Share",
            TokensColumnName = "Tokens",
            TokenFeaturesColumnName = "TokenFeatures",
            CacheMegabytes = 5,
            Seed = 7,
            MaxTokens = 99,
            BatchSize = 12,
            TokensPerBatch = 1024,
            Precision = Precision.BFloat16,
            Training = new RouteSaeTrainingOptions { Latents = 512, ActiveLatents = 9, Epochs = 3, TokensPerStep = 77, LearningRate = 1e-3 },
        };

        var json = JsonSerializer.Serialize(options);

        JsonSerializer.Deserialize<RouteSaeOptions>(json).Should().BeEquivalentTo(options);
        json.Should().Contain("\"Pooling\":\"Count\"");
    }

    [Fact]
    public void The_search_space_over_pooling_holds_every_pooling_and_starts_at_the_default()
    {
        var choice = (ChoiceAttribute)typeof(RouteSaeOptions).GetProperty(nameof(RouteSaeOptions.Pooling))!
            .GetCustomAttributes(typeof(ChoiceAttribute), inherit: false).Single();

        choice.Candidates.Should().BeEquivalentTo(Enum.GetValues<Pooling>().Cast<object>());
        choice.DefaultValue.Should().Be(new RouteSaeOptions().Pooling);
    }

    [Fact]
    public void Json_of_an_options_object_without_the_newer_properties_gives_their_defaults() =>
        JsonSerializer.Deserialize<RouteSaeOptions>("""{ "Pooling": "Mean" }""").Should().BeEquivalentTo(new RouteSaeOptions { Pooling = Pooling.Mean });

    [Fact]
    public void All_failures_are_in_one_message()
    {
        var options = new RouteSaeOptions
        {
            Model = " ",
            Pooling = (Pooling)17,
            AdditionalPoolings = [Pooling.Max, Pooling.Max],
            Weighting = (FeatureWeighting)8,
            TopFeatures = 0,
            MinimumActivation = float.NaN,
            RoutedColumnName = "",
            TokensColumnName = "Same",
            TokenFeaturesColumnName = "Same",
            CacheMegabytes = -1,
            MaxTokens = 0,
            BatchSize = 0,
            TokensPerBatch = 15,
            Precision = (Precision)9,
            Training = new RouteSaeTrainingOptions { Latents = 1, ActiveLatents = 2, Epochs = 0, TokensPerStep = 0, LearningRate = 0 },
        };

        var error = new MLContext().Transforms.Invoking(transforms => transforms.RouteSae("Features", "Text", options)).Should().Throw<ArgumentException>().Which;

        error.Message.Split(Environment.NewLine).Should().Equal(
            "RouteSaeOptions cannot be used:",
            "- Model is empty. Name the folder of a bundle, or leave it null for the embedded model.",
            "- Pooling is 17. Choose one of Max, Mean, Sum, Count, Binary, Last.",
            "- Weighting is 8. Choose one of None, Log1p, Idf, Log1pIdf.",
            "- AdditionalPoolings holds Max, which is there already. Name each pooling once, in Pooling or here.",
            "- TopFeatures is 0. It must be at least 1, or null for all features.",
            "- MinimumActivation is NaN. It must be 0 or more.",
            "- RoutedColumnName is empty. Name a column, or leave it null for none.",
            "- TokensColumnName and TokenFeaturesColumnName name the same column 'Same'. Each needs a name of its own.",
            "- MaxTokens is 0. It must be at least 1, or null for the whole context.",
            "- BatchSize is 0. It must be 1 to 65536 rows.",
            "- TokensPerBatch is 15. It must be 16 to 1048576 tokens.",
            "- CacheMegabytes is -1. It must be 0 to 65536.",
            "- Precision is 9. Choose one of Auto, Float32, BFloat16.",
            "- Training.Latents is 1. It must be at least 2, or null to go on from the bundle's.",
            "- Training.ActiveLatents is 2. It must be 1 to the number of latents, or null for the bundle's.",
            "- Training.Epochs is 0. It must be at least 1.",
            "- Training.TokensPerStep is 0. It must be at least 1.",
            "- Training.LearningRate is 0. It must be above 0.");
    }

    [Theory]
    [InlineData("", null, "outputColumnName")]
    [InlineData("Features", "", "inputColumnName")]
    public void Empty_column_names_are_refused(string output, string? input, string parameter) =>
        new MLContext().Transforms.Invoking(transforms => transforms.RouteSae(output, input)).Should().Throw<ArgumentException>().WithParameterName(parameter);
}
