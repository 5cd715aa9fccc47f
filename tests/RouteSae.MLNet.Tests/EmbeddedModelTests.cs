using FluentAssertions;
using Microsoft.ML;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.MLNet.Models;
using RouteSae.MLNet.Pipelines;
using RouteSae.TinyModel;

namespace RouteSae.MLNet.Tests;

public sealed class EmbeddedModelTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data = new MLContext(seed: 1).Data.LoadFromEnumerable(
        new Article[] { new() { Text = "The athletes won three medals at the Olympics." }, new() { Text = "" } });

    [Fact]
    public void It_is_the_default()
    {
        using var transformer = _ml.Transforms.RouteSae("Features", "Text").Fit(_data);

        var vectors = SmallModel.Vectors(transformer.Transform(_data));

        vectors[0].Indices.Should().NotBeEmpty();
        vectors[1].Should().Be(FeatureVector.Empty);
        transformer.FeatureNames.Count(name => name.Contains('·')).Should().BeGreaterThan(transformer.FeatureNames.Count / 2);
    }

    [Fact]
    public void A_saved_model_holds_it()
    {
        using var transformer = _ml.Transforms.RouteSae("Features", "Text").Fit(_data);
        using var zip = new MemoryStream();
        _ml.Model.Save(transformer, _data.Schema, zip);

        using var loaded = (RouteSaeTransformer)_ml.Model.Load(zip, out _);

        loaded.Bundle.Files.Should().BeOfType<MemoryBundleFiles>();
        SmallModel.Vectors(loaded.Transform(_data)).Should().Equal(SmallModel.Vectors(transformer.Transform(_data)));
    }

    [Fact]
    public void A_build_without_it_says_so() =>
        FluentActions.Invoking(() => new EmbeddedBundleFiles(names: [])).Should().Throw<BundleFormatException>().WithMessage(
            "This build of RouteSae.TinyModel holds no embedded model (its data folder was empty when it was built). "
            + "Name the folder of a bundle in RouteSaeOptions.Model, or install a released RouteSae.TinyModel.");

    [Fact]
    public void It_is_smaller_than_30_megabytes() =>
        TinyModelFiles.Names.Sum(name => TinyModelFiles.Open(name).Length).Should().BeInRange(1_000_000, 30_000_000);

    [Fact]
    public void The_package_holds_nothing_but_the_bundle() =>
        TinyModelFiles.Names.Should().NotContain(name => name.StartsWith('.') || name.Contains('\\'));

    [Fact]
    public void A_file_that_the_package_lacks_is_named() =>
        FluentActions.Invoking(() => TinyModelFiles.Open("nope.json")).Should().Throw<FileNotFoundException>()
            .WithMessage("RouteSae.TinyModel holds no file 'nope.json'.");
}
