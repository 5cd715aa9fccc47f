using System.Diagnostics;
using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Bundles;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Bundles;

public sealed class FeatureBundleTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.File("bundle");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_saved_bundle_opens_with_the_same_content()
    {
        var built = SmallBundle.Build();
        built.Save(Folder);

        var opened = FeatureBundle.Open(Folder);

        opened.Manifest.Should().BeEquivalentTo(built.Manifest);
        opened.Manifest.Architecture.Should().BeEquivalentTo(SmallBundle.Architecture);
        opened.Features.Names.Should().Equal(built.Features.Names);
        opened.FindLanguageModel().Should().BeNull();
        opened.Files.Names.Should().BeEquivalentTo(
            "bundle.json", "autoencoder.safetensors", "features.json", "tokenizer.json", "tokenizer_config.json", "model/config.json", "model/model.safetensors");
        opened.ReadAll("model/model.safetensors").Should().Equal(File.ReadAllBytes(Path.Combine(SmallBundle.LanguageModelFolder, "model.safetensors")));
    }

    [Fact]
    public void The_autoencoder_of_a_bundle_is_the_one_that_went_into_it()
    {
        using var expected = RouteSaeModel.Create(SmallBundle.Architecture, seed: 5);
        var (before, after) = (new MemoryStream(), new MemoryStream());

        using (var loaded = SmallBundle.Build().LoadAutoencoder())
        {
            loaded.Should().BeOfType<RouteSaeModel>().Which.Architecture.Should().BeEquivalentTo(SmallBundle.Architecture);
            loaded.Save(after);
        }

        expected.Save(before);
        after.ToArray().Should().Equal(before.ToArray());
    }

    [Fact]
    public void The_manifest_is_readable_json()
    {
        var manifest = JsonNode.Parse(SmallBundle.Build().ManifestBytes.Span)!;

        manifest["format"]!.GetValue<int>().Should().Be(1);
        manifest["routedHiddenStates"]!.AsArray().Select(index => index!.GetValue<int>()).Should().Equal(2, 3, 4, 5, 6);
        manifest["aggregation"]!.GetValue<string>().Should().Be("sum");
        manifest["mode"]!.GetValue<string>().Should().Be("hard");
        manifest["fidelity"]!.GetValue<string>().Should().Be("corrected");
        manifest["contextLength"]!.GetValue<int>().Should().Be(SmallBundle.ContextLength);
        manifest["specialTokens"]!["pool"]!.GetValue<bool>().Should().BeFalse();
        manifest["files"]!["tokenizer.json"]!["sha256"]!.GetValue<string>().Should().HaveLength(64);
        manifest.AsObject().ContainsKey("languageModel").Should().BeFalse();
    }

    [Fact]
    public void The_begin_token_asks_for_format_2_and_is_not_written_where_it_is_not_wanted()
    {
        SmallBundle.Build(specialTokens: new SpecialTokenPolicy { Begin = true }).Save(Folder);
        using var model = RouteSaeModel.Create(SmallBundle.Architecture, seed: 6);

        var begun = FeatureBundle.Open(Folder);
        var trained = begun.With("trained", model, FeatureCatalog.Unnamed(SmallBundle.Latents));

        begun.Manifest.Format.Should().Be(2);
        begun.Manifest.SpecialTokens.Should().Be(new SpecialTokenPolicy { Begin = true });
        trained.Manifest.Format.Should().Be(2);
        trained.Manifest.SpecialTokens.Should().Be(begun.Manifest.SpecialTokens);
        JsonNode.Parse(SmallBundle.Build().ManifestBytes.Span)!["specialTokens"]!.AsObject().Select(field => field.Key).Should().Equal("add", "pool");
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_no_bundle() =>
        FluentActions.Invoking(() => FeatureBundle.Open(Folder)).Should().Throw<BundleFormatException>()
            .WithMessage($"There is no bundle at '{Folder}': the folder does not exist.");

    [Fact]
    public void A_folder_without_manifest_is_no_bundle()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "other"));

        Opening().Should().Throw<BundleFormatException>().WithMessage($"There is no bundle at '{Folder}': bundle.json is missing.");
    }

    [Fact]
    public void Missing_short_and_changed_files_are_all_named()
    {
        SmallBundle.Build().Save(Folder);
        File.Delete(InFolder("tokenizer.json"));
        using (var weights = File.OpenWrite(InFolder("model/model.safetensors")))
        {
            weights.SetLength(1000);
        }

        var config = File.ReadAllText(InFolder("model/config.json"));
        File.WriteAllText(InFolder("model/config.json"), config.Replace("silu", "gelu", StringComparison.Ordinal));
        var changed = BundleFile.Measure(new MemoryStream(File.ReadAllBytes(InFolder("model/config.json"))));
        var expected = BundleFile.Measure(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(config)));

        var message = Opening().Should().Throw<BundleFormatException>().Which.Message;

        message.Split(Environment.NewLine).Should().BeEquivalentTo(
            $"The bundle '{Folder}' is damaged:",
            "- tokenizer.json is missing",
            $"- model/config.json has SHA-256 {changed.Sha256} instead of {expected.Sha256}",
            "- model/model.safetensors has 1000 bytes instead of 418448",
            "Copy or make the bundle again.");
    }

    [Fact]
    public void A_newer_format_is_named_whatever_else_the_manifest_holds()
    {
        SmallBundle.Build().Save(Folder);
        File.WriteAllText(InFolder("bundle.json"), """{ "format": 4, "surprise": [] }""");

        Opening().Should().Throw<BundleFormatException>().WithMessage(
            $"{Folder}: bundle.json has format 4; this version of RouteSae reads formats up to 3. Update RouteSae, or use a bundle made with this version.");
    }

    [Theory]
    [InlineData("", "*bundle.json cannot be read: *")]
    [InlineData("[]", "*bundle.json cannot be read: *")]
    [InlineData("null", "*bundle.json cannot be read: it is null")]
    [InlineData("{ \"format\": 1 }", "*bundle.json cannot be read: *missing required*name*")]
    public void A_manifest_that_is_none_is_refused(string json, string message)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(InFolder("bundle.json"), json);

        Opening().Should().Throw<BundleFormatException>().WithMessage(message);
    }

    [Theory]
    [InlineData("../outside.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("model\\config.json")]
    [InlineData("model//config.json")]
    [InlineData("C:file")]
    public void A_file_name_that_leads_out_of_the_bundle_is_refused(string name)
    {
        Edit(manifest => manifest["files"]![name] = new JsonObject { ["size"] = 1, ["sha256"] = "00" });

        Opening().Should().Throw<BundleFormatException>().WithMessage($"*bundle.json is not valid:*- '{name}' is not a file name within the bundle.");
    }

    [Fact]
    public void A_manifest_that_makes_no_sense_is_refused_with_everything_that_is_wrong()
    {
        Edit(manifest =>
        {
            manifest["format"] = 0;
            manifest["contextLength"] = 0;
            manifest["activeLatents"] = 500;
            manifest["files"]!.AsObject().Remove("autoencoder.safetensors");
            manifest["files"]!["tokenizer.json"] = null;
        });

        Opening().Should().Throw<BundleFormatException>().Which.Message.Split(Environment.NewLine).Should().Equal(
            $"{Folder}: bundle.json is not valid:",
            "- format is 0; formats start at 1.",
            "- contextLength is 0; it must be at least 1.",
            "- ActiveLatents is 500, but there are only 128 latents; choose 1 to 128.",
            "- 'tokenizer.json' has no size and SHA-256.",
            "- files does not list autoencoder.safetensors.");
    }

    [Fact]
    public void Names_for_another_number_of_latents_are_refused()
    {
        SmallBundle.Build().Save(Folder);
        Replace("features.json", new FeatureCatalog([new FeatureDescription()]).ToJson());

        Opening().Should().Throw<BundleFormatException>().WithMessage($"{Folder}: features.json describes 1 latents, but the bundle has 128.");
    }

    [Fact]
    public void Broken_names_are_refused()
    {
        SmallBundle.Build().Save(Folder);
        Replace("features.json", "{ \"latents\": [ null ] }"u8.ToArray());

        Opening().Should().Throw<BundleFormatException>().WithMessage($"{Folder}: features.json cannot be read: a latent or a token is null");
    }

    [Fact]
    public void Saving_replaces_a_bundle_and_leaves_no_traces()
    {
        SmallBundle.Build().Save(Folder);
        File.WriteAllText(InFolder("bundle.json"), "broken");

        SmallBundle.Build().Save(Folder);

        FeatureBundle.Open(Folder).Manifest.Name.Should().Be("small");
        Directory.EnumerateFileSystemEntries(_temporary.Path).Should().Equal(Folder);
    }

    [Fact]
    public void Saving_a_bundle_over_itself_works()
    {
        SmallBundle.Build().Save(Folder);

        FeatureBundle.Open(Folder).Save(Folder);

        FeatureBundle.Open(Folder).Manifest.Name.Should().Be("small");
    }

    [SkippableFact]
    public void An_old_bundle_that_cannot_be_deleted_is_left_beside_the_new_one()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere every file name is Unicode.");
        SmallBundle.Build().Save(Folder);

        // The name is not UTF-8, so that .NET sees another one and cannot delete the file.
        Shell("""touch "$1/$(printf '\377')" """);
        try
        {
            SmallBundle.Build().Save(Folder);

            FeatureBundle.Open(Folder).Manifest.Name.Should().Be("small");
            Directory.GetFileSystemEntries(_temporary.Path).Should().HaveCount(2).And.ContainSingle(path => path.EndsWith(".tmp", StringComparison.Ordinal) || path.EndsWith(".old", StringComparison.Ordinal));
        }
        finally
        {
            Shell("""rm -rf "$1" "$1".*""");
        }
    }

    [Fact]
    public void Another_autoencoder_is_not_put_beside_files_that_have_changed()
    {
        SmallBundle.Build().Save(Folder);
        var opened = FeatureBundle.Open(Folder);
        File.AppendAllText(InFolder("tokenizer.json"), " ");
        using var model = RouteSaeModel.Create(SmallBundle.Architecture, seed: 6);

        opened.Invoking(bundle => bundle.With("other", model, FeatureCatalog.Unnamed(SmallBundle.Latents))).Should().Throw<BundleFormatException>()
            .WithMessage("The bundle 'the bundle 'other'' is damaged:*- tokenizer.json has * bytes instead of *");
    }

    [Fact]
    public void Saving_leaves_a_folder_of_other_things_alone()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(InFolder("thesis.txt"), "precious");

        SmallBundle.Build().Invoking(bundle => bundle.Save(Folder)).Should().Throw<IOException>()
            .WithMessage($"'{Folder}' exists, is not empty and has no bundle.json; it is left as it is. Choose another folder.");

        Directory.EnumerateFileSystemEntries(Folder).Should().Equal(InFolder("thesis.txt"));
    }

    [Fact]
    public void Saving_a_bundle_that_has_changed_writes_nothing()
    {
        SmallBundle.Build().Save(Folder);
        var opened = FeatureBundle.Open(Folder);
        File.AppendAllText(InFolder("tokenizer.json"), " ");

        opened.Invoking(bundle => bundle.Save(_temporary.File("copy"))).Should().Throw<BundleFormatException>().WithMessage("*tokenizer.json has * bytes instead of *");

        Directory.Exists(_temporary.File("copy")).Should().BeFalse();
    }

    [Fact]
    public void A_builder_names_the_file_that_a_checkpoint_lacks() =>
        FluentActions.Invoking(() =>
        {
            using var model = RouteSaeModel.Create(SmallBundle.Architecture, seed: 1);
            new FeatureBundleBuilder { Name = "x", Model = model, LanguageModelFolder = _temporary.Path, ContextLength = 8 }.Build();
        }).Should().Throw<FileNotFoundException>().WithMessage($"There is no tokenizer.json in '{_temporary.Path}', *");

    private Action Opening() => () => FeatureBundle.Open(Folder);

    private string InFolder(string name) => Path.Combine(Folder, name);

    private void Shell(string script)
    {
        using var process = Process.Start("/bin/sh", ["-c", script, "sh", Folder]);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }

    private void Edit(Action<JsonNode> edit)
    {
        SmallBundle.Build().Save(Folder);
        var manifest = JsonNode.Parse(File.ReadAllText(InFolder("bundle.json")))!;
        edit(manifest);
        File.WriteAllText(InFolder("bundle.json"), manifest.ToJsonString());
    }

    private void Replace(string name, byte[] content)
    {
        File.WriteAllBytes(InFolder(name), content);
        var manifest = JsonNode.Parse(File.ReadAllText(InFolder("bundle.json")))!;
        var file = BundleFile.Measure(new MemoryStream(content));
        manifest["files"]![name] = new JsonObject { ["size"] = file.Size, ["sha256"] = file.Sha256 };
        File.WriteAllText(InFolder("bundle.json"), manifest.ToJsonString());
    }
}
