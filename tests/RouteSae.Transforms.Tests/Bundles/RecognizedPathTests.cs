using System.IO.Compression;
using FluentAssertions;
using RouteSae.Bundles;
using RouteSae.Files;
using Xunit;

namespace RouteSae.Tests.Bundles;

/// <summary>Whoever gives something else for a bundle is told what it is and what to do with it.</summary>
public sealed class RecognizedPathTests : IDisposable
{
    private const string Checkpoint =
        "it is the checkpoint of a language model. Train an autoencoder on it, and make a bundle of both with FeatureBundleBuilder (LanguageModelFolder is this folder).";

    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("config.json model.safetensors", Checkpoint)]
    [InlineData("config.json model.safetensors.index.json", Checkpoint)]
    [InlineData("cfg.json sae_weights.safetensors", "it is an autoencoder of SAELens. Read it with PublishedAutoencoder.Load and make a bundle of it with FeatureBundleBuilder.")]
    [InlineData("cfg.json sae.safetensors", "it is an autoencoder of sparsify. Read it with PublishedAutoencoder.Load and make a bundle of it with FeatureBundleBuilder.")]
    [InlineData("a/bundle.json b/bundle.json", "bundle.json is missing, but these folders in it are bundles: a, b. Name one of them.")]
    [InlineData("../bundle.json x", "it is a part of the bundle '{parent}'. Name that.")]
    [InlineData("", "the folder is empty.")]
    [InlineData("something", "bundle.json is missing.")]
    public void A_folder_of_another_kind(string files, string message)
    {
        var folder = Directory.CreateDirectory(_temporary.File("given")).FullName;
        foreach (var name in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, name))!);
            File.WriteAllText(Path.Combine(folder, name), "{}");
        }

        Message(folder).Should().Be($"There is no bundle at '{folder}': {message.Replace("{parent}", _temporary.Path)}");
    }

    [Fact]
    public void A_file()
    {
        File.WriteAllText(_temporary.File("bundle.json"), "{}");
        File.WriteAllText(_temporary.File("x.txt"), "x");
        ZipFile.Open(_temporary.File("model.zip"), ZipArchiveMode.Create).Dispose();
        using (var zip = ZipFile.Open(_temporary.File("model.zip"), ZipArchiveMode.Update))
        {
            zip.CreateEntry("x");
        }

        Message(_temporary.File("bundle.json")).Should().EndWith(": it is the manifest of a bundle. Name the folder that it is in.");
        Message(_temporary.File("x.txt")).Should().EndWith(": it is a file. Name the folder that holds bundle.json.");
        Message(_temporary.File("model.zip")).Should().EndWith(
            ": it is a zip file. If it is a saved ML.NET model, load it with mlContext.Model.Load; if it is a bundle that was packed, unpack it and name the folder.");
    }

    [Fact]
    public void A_name_on_the_hub() => Message("meta-llama/Llama-3.2-1B").Should().Be(
        $"There is no bundle at '{Path.GetFullPath("meta-llama/Llama-3.2-1B")}': the folder does not exist. If you mean the language model meta-llama/Llama-3.2-1B on the "
        + "Hugging Face hub: it is no bundle. Download it with ModelHub.ResolveAsync(\"meta-llama/Llama-3.2-1B\"), train an autoencoder on it, and make a bundle of both with FeatureBundleBuilder.");

    private static string Message(string path) => FluentActions.Invoking(() => FeatureBundle.Open(path)).Should().Throw<BundleFormatException>().Which.Message;
}
