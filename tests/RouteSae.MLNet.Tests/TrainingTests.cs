using FluentAssertions;
using Microsoft.ML;
using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests;

public sealed class TrainingTests(SmallModel small) : IClassFixture<SmallModel>
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data = new MLContext(seed: 1).Data.LoadFromEnumerable(SampleTexts.Many(60).Select(text => new Article { Text = text }));

    [Fact]
    public void Fit_trains_on_the_input_column_and_the_result_is_saved_with_the_model()
    {
        var log = new List<string>();
        _ml.Log += (_, message) => log.Add(message.RawMessage);
        using var fitted = Estimator(new RouteSaeTrainingOptions { Latents = 48, ActiveLatents = 4, Epochs = 2, TokensPerStep = 128 }).Fit(_data);
        using var zip = new MemoryStream();
        _ml.Model.Save(fitted, _data.Schema, zip);

        using var loaded = (RouteSaeTransformer)_ml.Model.Load(zip, out _);

        fitted.FeatureNames.Should().HaveCount(48);
        fitted.FeatureNames.Should().Contain(name => name.Contains(" · "), "trained latents are named by the column's words");
        var vectors = SmallModel.Vectors(fitted.Transform(_data));
        vectors.Should().NotContain(FeatureVector.Empty);
        SmallModel.Vectors(loaded.Transform(_data)).Should().Equal(vectors);
        loaded.FeatureNames.Should().Equal(fitted.FeatureNames);
        log.Should().Contain(message => message.StartsWith("Step ", StringComparison.Ordinal) && message.Contains("tokens/s"));
    }

    [Fact]
    public void The_seed_of_the_context_decides()
    {
        string Hash(int seed)
        {
            using var fitted = new MLContext(seed).Transforms
                .RouteSae("Features", "Text", new RouteSaeOptions { Model = small.Folder, Training = new RouteSaeTrainingOptions { Latents = 16, ActiveLatents = 4 } }).Fit(_data);
            return fitted.Bundle.Manifest.Files["autoencoder.safetensors"].Sha256;
        }

        Hash(5).Should().Be(Hash(5)).And.NotBe(Hash(6));
    }

    [Fact]
    public void A_column_without_text_cannot_be_trained_on()
    {
        var empty = _ml.Data.LoadFromEnumerable(new Article[] { new() { Text = "" }, new() { Text = null } });

        Estimator(new RouteSaeTrainingOptions()).Invoking(estimator => estimator.Fit(empty)).Should().Throw<ArgumentException>()
            .WithMessage("There is nothing to train on: the texts hold no token.*");
    }

    private RouteSaeEstimator Estimator(RouteSaeTrainingOptions training) =>
        _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = small.Folder, Training = training });
}
