using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Hub;
using Xunit;

namespace RouteSae.Tests.Hub;

/// <summary>Sets environment variables of the process, so it runs alone.</summary>
[CollectionDefinition(nameof(LanguageModelSearchTests), DisableParallelization = true)]
[Collection(nameof(LanguageModelSearchTests))]
public sealed class LanguageModelSearchTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly Dictionary<string, string?> _variables = [];

    public LanguageModelSearchTests()
    {
        Set(LanguageModelSearch.ModelsVariable, null);
        Set("HF_HUB_CACHE", _temporary.File("hub"));
        LanguageModelSearch.Allow(_temporary.Path);
        LanguageModelSearch.Allow(SmallBundle.LanguageModelFolder);
    }

    public void Dispose()
    {
        foreach (var (name, value) in _variables)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        _temporary.Dispose();
    }

    [Fact]
    public void A_bundle_with_a_reference_holds_no_weights_and_finds_the_model()
    {
        var bundle = Saved(SmallBundle.LanguageModelFolder);

        bundle.FindLanguageModel().Should().Be(SmallBundle.LanguageModelFolder);
        bundle.Files.Names.Should().NotContain(name => name.StartsWith("model/", StringComparison.Ordinal));
        bundle.Manifest.LanguageModel!.Files.Keys.Should().Equal("config.json", "model.safetensors");
    }

    [Fact]
    public void A_relative_reference_is_found_beside_the_bundle()
    {
        var bundle = Saved("../lm");
        var model = CopyModel(_temporary.File("lm"));

        bundle.FindLanguageModel().Should().Be(model);
    }

    [Theory]
    [InlineData("further/down/copy", "../../../lm")]
    [InlineData("bundle/below", "../../lm")]
    [InlineData("sibling", "../lm")]
    public void A_relative_reference_leads_to_the_model_after_saving_elsewhere(string place, string location)
    {
        var bundle = Saved("../lm");
        var model = CopyModel(_temporary.File("lm"));

        bundle.Save(_temporary.File(place.Split('/')));

        var copy = FeatureBundle.Open(_temporary.File(place.Split('/')));
        copy.Manifest.LanguageModel!.Location.Should().Be(location);
        copy.FindLanguageModel().Should().Be(model);
    }

    [Fact]
    public void A_relative_reference_leads_to_the_model_after_saving_with_another_autoencoder_elsewhere()
    {
        var bundle = Saved("../lm");
        var model = CopyModel(_temporary.File("lm"));
        using var autoencoder = RouteSaeModel.Create(SmallBundle.Architecture, seed: 6);

        bundle.With("other", autoencoder, FeatureCatalog.Unnamed(SmallBundle.Latents)).Save(_temporary.File("further", "copy"));

        FeatureBundle.Open(_temporary.File("further", "copy")).FindLanguageModel().Should().Be(model);
    }

    [Fact]
    public void A_hub_name_is_kept_when_a_bundle_is_saved_elsewhere()
    {
        Set(LanguageModelSearch.ModelsVariable, _temporary.File("models"));
        var model = CopyModel(_temporary.File("models", "name"));
        var bundle = Saved("org/name");

        // A folder of that name, but not that model.
        Directory.CreateDirectory(_temporary.File("bundle", "org", "name"));
        bundle.Save(_temporary.File("further", "copy"));

        var copy = FeatureBundle.Open(_temporary.File("further", "copy"));
        copy.ManifestBytes.ToArray().Should().Equal(bundle.ManifestBytes.ToArray());
        copy.FindLanguageModel().Should().Be(model);
    }

    [Theory]
    [InlineData("models/org/name")]
    [InlineData("models/name")]
    public void A_hub_name_is_found_below_the_folder_of_the_environment_variable(string place)
    {
        Set(LanguageModelSearch.ModelsVariable, _temporary.File("models"));
        var model = CopyModel(_temporary.File(place.Split('/')));

        Saved("org/name").FindLanguageModel().Should().Be(model);
    }

    [Fact]
    public void A_hub_name_is_found_in_the_hubs_cache()
    {
        Directory.CreateDirectory(_temporary.File("hub", "models--org--name", "snapshots", "aaa"));
        var model = CopyModel(_temporary.File("hub", "models--org--name", "snapshots", "bbb"));

        Saved("org/name").FindLanguageModel().Should().Be(model);
    }

    [Fact]
    public void A_model_that_is_nowhere_is_described_with_every_place_that_was_looked_at()
    {
        Set(LanguageModelSearch.ModelsVariable, _temporary.File("models"));
        var bundle = Saved("org/name");
        var files = bundle.Manifest.LanguageModel!.Files;

        var message = bundle.Invoking(b => b.FindLanguageModel()).Should().Throw<LanguageModelNotFoundException>().Which.Message;

        message.Split(Environment.NewLine).Should().Equal(
            $"The language model 'org/name' was not found. The features were computed with its files "
            + $"config.json (669 bytes, SHA-256 {files["config.json"].Sha256}), model.safetensors (418448 bytes, SHA-256 {files["model.safetensors"].Sha256}). Looked at:",
            $"- {_temporary.File("bundle", "org", "name")}: no such folder",
            $"- {Path.GetFullPath("org/name")}: no such folder",
            $"- {_temporary.File("models", "org", "name")}: no such folder",
            $"- {_temporary.File("models", "name")}: no such folder",
            $"- {_temporary.File("hub", "models--org--name", "snapshots")}: no such folder",
            "Put the model in one of these folders, or in a folder below the one that the environment variable ROUTESAE_MODELS names."
            + " From the Hugging Face hub, FeatureBundle.FetchLanguageModelAsync or ModelHub.ResolveAsync(\"org/name\") downloads it.");
    }

    [Fact]
    public void Another_model_at_the_place_is_not_taken()
    {
        var model = CopyModel(_temporary.File("lm"));
        var bundle = Saved(model);
        var weights = File.ReadAllBytes(Path.Combine(model, "model.safetensors"));
        weights[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(model, "model.safetensors"), weights);
        File.Delete(Path.Combine(model, "config.json"));

        bundle.Invoking(b => b.FindLanguageModel()).Should().Throw<LanguageModelNotFoundException>()
            .WithMessage($"*- {model}: config.json is missing; model.safetensors has SHA-256 * instead of {bundle.Manifest.LanguageModel!.Files["model.safetensors"].Sha256}*");
    }

    private FeatureBundle Saved(string location)
    {
        SmallBundle.Build(location).Save(_temporary.File("bundle"));
        return FeatureBundle.Open(_temporary.File("bundle"));
    }

    private static string CopyModel(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), Path.Combine(folder, name));
        }

        return folder;
    }

    private void Set(string name, string? value)
    {
        _variables.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }
}
