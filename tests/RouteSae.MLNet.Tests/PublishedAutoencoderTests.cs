using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Published;
using TorchSharp;

namespace RouteSae.MLNet.Tests;

public sealed class PublishedAutoencoderTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("standard")]
    [InlineData("topk")]
    [InlineData("jumprelu")]
    [InlineData("gated")]
    public void A_SAELens_folder_becomes_a_column_a_classifier_and_a_zip(string architecture)
    {
        var folder = Bundle(architecture);
        var data = _ml.Data.LoadFromEnumerable(SampleTexts.Many(60).Select(text => new Labelled { Text = text, Label = text.Contains("money") }));
        var pipeline = _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = folder, Pooling = Pooling.Mean })
            .Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression());

        var fitted = pipeline.Fit(data);
        var zip = _temporary.File("model.zip");
        _ml.Model.Save(fitted, data.Schema, zip);
        Directory.Delete(folder, recursive: true);
        var loaded = new MLContext(seed: 2).Model.Load(zip, out _);

        var (expected, actual) = (fitted.Transform(data), loaded.Transform(data));
        Scores(actual).Should().Equal(Scores(expected));
        Scores(actual).Distinct().Should().HaveCountGreaterThan(30, "different texts have different features");
        _ml.BinaryClassification.Evaluate(actual).AreaUnderRocCurve.Should().BeGreaterThan(0.7);
        VBuffer<ReadOnlyMemory<char>> names = default;
        actual.Schema["Features"].GetSlotNames(ref names);
        names.DenseValues().Select(name => name.ToString()).Should().Equal(Enumerable.Range(0, PublishedFolder.Latents).Select(latent => $"f{latent}"));
    }

    private static float[] Scores(IDataView data) => [.. data.GetColumn<float>("Score")];

    private string Bundle(string architecture)
    {
        using var scope = torch.NewDisposeScope();
        var hiddenSize = SmallBundle.Architecture.HiddenSize;
        PublishedFolder.Write(
            _temporary.File("sae"), PublishedFolder.SaeLensConfig(architecture, hiddenSize), PublishedFolder.SaeLensTensors(architecture, hiddenSize));
        using var published = PublishedAutoencoder.Load(_temporary.File("sae"));
        new FeatureBundleBuilder { Name = "published", Model = published.Model, LanguageModelFolder = SmallBundle.LanguageModelFolder, ContextLength = 64 }
            .Build().Save(_temporary.File("bundle"));
        return _temporary.File("bundle");
    }

    private sealed class Labelled
    {
        public string Text { get; set; } = "";

        public bool Label { get; set; }
    }
}
