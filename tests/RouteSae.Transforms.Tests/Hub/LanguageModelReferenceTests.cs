using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.Hub;
using RouteSae.Tensors;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Hub;

/// <summary>A referenced language model is the one that the bundle was made with, file by file.</summary>
public sealed class LanguageModelReferenceTests : IDisposable
{
    private const string Index = "model.safetensors.index.json";

    private readonly TemporaryFolder _temporary = new();

    private string Checkpoint => _temporary.File("lm");

    private string Manifest => _temporary.File("bundle", "bundle.json");

    public LanguageModelReferenceTests() => LanguageModelSearch.Allow(_temporary.Path);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_model_in_several_files_is_what_its_index_names_and_nothing_beside_it()
    {
        CopyCheckpoint();
        var expected = Vectors(Build(location: null));
        Split();
        Build(Checkpoint).Save(_temporary.File("bundle"));
        File.WriteAllText(InCheckpoint("model.safetensors"), "another model");

        var bundle = FeatureBundle.Open(_temporary.File("bundle"));

        bundle.Manifest.LanguageModel!.Files.Keys.Should().Equal("config.json", Index, "part0.safetensors", "part1.safetensors");
        Vectors(bundle).Should().Equal(expected);
    }

    [Fact]
    public void A_model_in_one_file_is_that_file_and_nothing_beside_it()
    {
        CopyCheckpoint();
        var expected = Vectors(Build(location: null));
        File.WriteAllText(InCheckpoint("model-00001-of-00001.safetensors"), "another model");
        Build(Checkpoint).Save(_temporary.File("bundle"));
        File.WriteAllText(InCheckpoint(Index), "another index");

        var bundle = FeatureBundle.Open(_temporary.File("bundle"));

        bundle.Manifest.LanguageModel!.Files.Keys.Should().Equal("config.json", "model.safetensors");
        Vectors(bundle).Should().Equal(expected);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData(Index)]
    [InlineData("part1.safetensors")]
    public void A_change_in_any_file_of_a_split_model_is_noticed(string file)
    {
        CopyCheckpoint();
        Split();
        Build(Checkpoint).Save(_temporary.File("bundle"));
        File.AppendAllText(InCheckpoint(file), " ");

        FeatureBundle.Open(_temporary.File("bundle")).Invoking(bundle => bundle.FindLanguageModel())
            .Should().Throw<LanguageModelNotFoundException>().WithMessage($"*- {Checkpoint}: {file} has * bytes instead of *");
    }

    [Fact]
    public void A_change_after_the_model_was_found_is_noticed_before_it_is_loaded()
    {
        CopyCheckpoint();
        var bundle = Build(Checkpoint);
        bundle.FindLanguageModel().Should().Be(Checkpoint);
        File.AppendAllText(InCheckpoint("model.safetensors"), " ");

        FluentActions.Invoking(() => bundle.LoadFeaturizer()).Should().Throw<LanguageModelNotFoundException>()
            .WithMessage($"*- {Checkpoint}: model.safetensors has * bytes instead of *");
    }

    [Fact]
    public void Weights_that_the_reference_does_not_list_are_not_loaded()
    {
        CopyCheckpoint();
        Split();
        Build(Checkpoint).Save(_temporary.File("bundle"));
        EditReference(reference => reference["files"]!.AsObject().Remove("part1.safetensors"));

        FluentActions.Invoking(() => FeatureBundle.Open(_temporary.File("bundle")).LoadFeaturizer()).Should().Throw<BundleFormatException>().WithMessage(
            $"{InCheckpoint(Index)} names part1.safetensors, of which the bundle has no SHA-256, so nobody can say whether these are the right weights. Make the bundle again.");
    }

    [Theory]
    [InlineData("", "config.json model.safetensors", "location names neither a folder nor a model.")]
    [InlineData(" ", "config.json model.safetensors", "location names neither a folder nor a model.")]
    [InlineData("lm", "model.safetensors", "files does not list config.json.")]
    [InlineData("lm", "config.json", "files lists no weights: neither model.safetensors nor model.safetensors.index.json with the files that it names.")]
    [InlineData("lm", "config.json model.safetensors.index.json", "files lists no weights: neither model.safetensors nor model.safetensors.index.json with the files that it names.")]
    [InlineData("lm", "config.json part0.safetensors", "files lists no weights: neither model.safetensors nor model.safetensors.index.json with the files that it names.")]
    public void A_reference_that_does_not_say_which_model_is_meant_is_refused(string location, string files, string problem)
    {
        CopyCheckpoint();
        Build(Checkpoint).Save(_temporary.File("bundle"));
        EditReference(reference =>
        {
            var file = reference["files"]!["config.json"]!;
            reference["location"] = location;
            reference["files"] = new JsonObject(files.Split(' ').Select(name => KeyValuePair.Create(name, (JsonNode?)file.DeepClone())));
        });

        FluentActions.Invoking(() => FeatureBundle.Open(_temporary.File("bundle"))).Should().Throw<BundleFormatException>()
            .WithMessage($"{_temporary.File("bundle")}: bundle.json is not valid:{Environment.NewLine}- languageModel.{problem}");
    }

    [Fact]
    public void Everything_that_is_wrong_with_a_reference_is_said()
    {
        var nothing = new LanguageModelReference { Location = "", Files = new Dictionary<string, BundleFile>() };

        FluentActions.Invoking(() => LanguageModelSearch.Find(nothing)).Should().Throw<ArgumentException>().WithMessage(
            "The reference to the language model is not valid: languageModel.location names neither a folder nor a model. languageModel.files does not list config.json. "
            + "languageModel.files lists no weights: *");
    }

    [Fact]
    public void A_builder_refuses_an_empty_location()
    {
        CopyCheckpoint();

        FluentActions.Invoking(() => Build("")).Should().Throw<BundleFormatException>()
            .WithMessage("the new bundle 'small': bundle.json is not valid:*- languageModel.location names neither a folder nor a model.");
    }

    [Fact]
    public void A_builder_names_the_file_that_a_split_model_lacks()
    {
        CopyCheckpoint();
        Split();
        File.Delete(InCheckpoint("part1.safetensors"));

        FluentActions.Invoking(() => Build(Checkpoint)).Should().Throw<FileNotFoundException>()
            .WithMessage($"the new bundle 'small' needs '{InCheckpoint("part1.safetensors")}', which does not exist.");
    }

    [Fact]
    public void A_model_in_several_files_does_not_go_into_a_bundle()
    {
        CopyCheckpoint();
        Split();

        FluentActions.Invoking(() => Build(location: null)).Should().Throw<NotSupportedException>().WithMessage(
            $"The weights in '{Checkpoint}' are in several files; a bundle holds them in one. "
            + "Set LanguageModelLocation to refer to the model instead, or merge its files into model.safetensors.");
    }

    private FeatureBundle Build(string? location)
    {
        using var model = RouteSaeModel.Create(SmallBundle.Architecture, seed: 5);
        return new FeatureBundleBuilder
        {
            Name = "small",
            Model = model,
            LanguageModelFolder = Checkpoint,
            LanguageModelLocation = location,
            ContextLength = SmallBundle.ContextLength,
        }.Build();
    }

    private static FeatureVector[] Vectors(FeatureBundle bundle)
    {
        using var featurizer = bundle.LoadFeaturizer();
        return featurizer.Featurize(SampleTexts.Many(5), Pooling.Max);
    }

    private string InCheckpoint(string name) => Path.Combine(Checkpoint, name);

    private void CopyCheckpoint()
    {
        Directory.CreateDirectory(Checkpoint);
        foreach (var name in new[] { "config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json" })
        {
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), InCheckpoint(name));
        }
    }

    /// <summary>Puts the weights into two files with names of our own, and an index.</summary>
    private void Split()
    {
        using var scope = NewDisposeScope();
        var map = new JsonObject();
        using (var whole = SafetensorsFile.Open(InCheckpoint("model.safetensors")))
        {
            var parts = whole.Names.Order(StringComparer.Ordinal).Chunk((whole.Names.Count + 1) / 2).ToList();
            for (var part = 0; part < parts.Count; part++)
            {
                SafetensorsWriter.Write(InCheckpoint($"part{part}.safetensors"), parts[part].ToDictionary(name => name, name => whole.Load(name)));
                Array.ForEach(parts[part], name => map[name] = $"part{part}.safetensors");
            }
        }

        File.Delete(InCheckpoint("model.safetensors"));
        File.WriteAllText(InCheckpoint(Index), new JsonObject { ["weight_map"] = map }.ToJsonString());
    }

    private void EditReference(Action<JsonNode> edit)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Manifest))!;
        edit(manifest["languageModel"]!);
        File.WriteAllText(Manifest, manifest.ToJsonString());
    }
}
