using System.IO.Compression;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Microsoft.ML;
using RouteSae.Features;
using RouteSae.Files;
using RouteSae.Hub;

namespace RouteSae.MLNet.Tests.Persistence;

public sealed class DamagedModelTests : IDisposable
{
    private const string Location = "The RouteSae part of the ML.NET model";

    private readonly TemporaryFolder _temporary = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public DamagedModelTests() => _data = _ml.Data.LoadFromEnumerable(Article.Many(3));

    private string Zip => _temporary.File("model.zip");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_truncated_zip_is_refused_before_it_reaches_us()
    {
        Save();
        using (var file = File.OpenWrite(Zip))
        {
            file.SetLength(file.Length / 2);
        }

        LoadError().Should().BeOfType<FormatException>().Which.Message.Should().Be("Failed to open a zip archive");
    }

    [Theory]
    [InlineData("autoencoder.safetensors", "autoencoder.safetensors")]
    [InlineData("tokenizer.json", "tokenizer.json")]
    [InlineData("model.model.safetensors", "model/model.safetensors")]
    public void A_changed_stream_is_named(string stream, string file)
    {
        Save();
        Rewrite(stream, bytes =>
        {
            bytes[^1] ^= 1;
            return bytes;
        });

        LoadError().Message.Should().Match($"The bundle '{Location}' is damaged:*- {file} has SHA-256 * instead of *Copy or make the bundle again.");
    }

    // What the README promises of GetBaseException().
    [Theory]
    [InlineData("routesae.json")]
    [InlineData("bundle.json")]
    [InlineData("features.json")]
    [InlineData("tokenizer.json")]
    [InlineData("autoencoder.safetensors")]
    [InlineData("model.config.json")]
    public void The_base_exception_names_the_damaged_stream(string stream)
    {
        Save();
        foreach (var damage in new Func<byte[], byte[]>[] { bytes => bytes[..(bytes.Length / 2)], _ => [], bytes => [.. bytes, (byte)'x'], bytes => [.. "[]"u8] })
        {
            File.Copy(Zip, _temporary.File("intact.zip"), overwrite: true);
            Rewrite(stream, damage);

            var error = FluentActions.Invoking(() => new MLContext().Model.Load(Zip, out _)).Should().Throw<Exception>().Which.GetBaseException();

            error.Should().BeOfType<BundleFormatException>().Which.Message.Should().Contain(Location).And.MatchRegex(stream.Replace("model.", "model[./]"));
            File.Copy(_temporary.File("intact.zip"), Zip, overwrite: true);
        }
    }

    [Fact]
    public void A_shortened_stream_is_named()
    {
        Save();
        Rewrite("features.json", bytes => bytes[..10]);

        LoadError().Message.Should().Match("*- features.json has 10 bytes instead of *");
    }

    [Fact]
    public void A_changed_bundle_manifest_is_named()
    {
        Save();
        Rewrite("bundle.json", bytes =>
        {
            bytes[^1] = (byte)' ';
            return bytes;
        });

        LoadError().Message.Should().Match($"{Location} is damaged: the SHA-256 of stream bundle.json is not *.");
    }

    [Theory]
    [InlineData("bundle.json")]
    [InlineData("features.json")]
    [InlineData("model.model.safetensors")]
    public void A_stream_that_is_too_long_is_named(string stream)
    {
        Save();
        var size = 0;
        Rewrite(stream, bytes =>
        {
            size = bytes.Length;
            return [.. bytes, .. new byte[1000]];
        });

        LoadError().Should().BeOfType<BundleFormatException>()
            .Which.Message.Should().Be($"{Location} is damaged: stream {stream} has more than the {size} bytes that it is said to have.");
    }

    [Fact]
    public void A_size_that_no_array_has_is_refused()
    {
        Save();
        ClaimSize("autoencoder.safetensors", 3_000_000_000);

        LoadError().Should().BeOfType<BundleFormatException>().Which.Message.Should().Be(
            $"{Location} is damaged: stream autoencoder.safetensors is said to have 3000000000 bytes; a saved ML.NET model holds files of up to {Array.MaxLength} bytes.");
    }

    [Fact]
    public void A_size_that_is_only_claimed_takes_no_memory()
    {
        Save();
        ClaimSize("autoencoder.safetensors", 2_000_000_000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = LoadError();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000_000);
        error.Should().BeOfType<BundleFormatException>().Which.Message.Should().Match("*- autoencoder.safetensors has * bytes instead of 2000000000*");
    }

    [Theory]
    [InlineData("routesae.json")]
    [InlineData("bundle.json")]
    [InlineData("features.json")]
    public void A_missing_stream_is_named(string stream)
    {
        Save();
        Rewrite(stream, _ => null);

        LoadError().Message.Should().Be($"{Location} is damaged: stream {stream} is missing.");
    }

    [Fact]
    public void A_newer_format_asks_for_an_update()
    {
        Save();
        Rewrite("routesae.json", _ => Encoding.UTF8.GetBytes("""{ "format": 3, "surprise": true }"""));

        LoadError().Message.Should().Be($"{Location} has format 3; this version of RouteSae.MLNet reads formats up to 2. Update RouteSae.MLNet.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("{ \"format\": 1 }")]
    public void A_manifest_that_is_none_is_refused(string json)
    {
        Save();
        Rewrite("routesae.json", _ => Encoding.UTF8.GetBytes(json));

        LoadError().Message.Should().StartWith($"{Location}: stream routesae.json cannot be read: ");
    }

    [Fact]
    public void Settings_that_are_out_of_range_are_refused()
    {
        Save();
        Rewrite("routesae.json", bytes => Change(bytes, manifest => manifest["batchSize"] = 0));

        LoadError().Message.Should().Match("*BatchSize is 0. It must be 1 to 65536 rows.");
    }

    [Theory]
    [InlineData("latents", "[3, 3]", "the latents in routesae.json are not ascending numbers from 0 to 127.")]
    [InlineData("latents", "[-1, 3]", "the latents in routesae.json are not ascending numbers from 0 to 127.")]
    [InlineData("latents", "[3, 128]", "the latents in routesae.json are not ascending numbers from 0 to 127.")]
    [InlineData("inverseDocumentFrequency", "[1, 2, 3]", "routesae.json needs one finite weight for each of its 2 latents *")]
    [InlineData("inverseDocumentFrequency", "null", "routesae.json needs one finite weight for each of its 2 latents *")]
    [InlineData("weighting", "\"None\"", "routesae.json needs one finite weight for each of its 2 latents *")]
    public void What_was_fitted_must_fit(string property, string value, string problem)
    {
        Save(options: new RouteSaeOptions { TopFeatures = 2, Weighting = FeatureWeighting.Idf });
        Rewrite("routesae.json", bytes => Change(bytes, manifest => manifest[property] = JsonNode.Parse(value)));

        LoadError().Should().BeOfType<BundleFormatException>().Which.Message.Should().Match($"{Location} is damaged: {problem}");
    }

    [Fact]
    public void Data_that_cannot_be_inflated_is_refused()
    {
        Save();
        var bytes = File.ReadAllBytes(Zip);

        // The first place that holds the name is the entry's header, with the deflated data behind it.
        var start = bytes.AsSpan().IndexOf("tokenizer.json"u8) + "tokenizer.json".Length;
        Array.Fill(bytes, (byte)0xFF, start, 200);
        File.WriteAllBytes(Zip, bytes);

        LoadError().Message.Should().StartWith($"{Location} is damaged: stream tokenizer.json cannot be read: ");
    }

    [Fact]
    public void A_model_that_refers_to_a_language_model_holds_no_weights_and_says_where_it_looked_for_them()
    {
        var checkpoint = _temporary.File("lm");
        Directory.CreateDirectory(checkpoint);
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), Path.Combine(checkpoint, name));
        }

        LanguageModelSearch.Allow(checkpoint);
        Save(languageModel: "../lm");
        using (var zip = ZipFile.OpenRead(Zip))
        {
            zip.Entries.Select(entry => entry.Name).Should().NotContain(name => name.StartsWith("model.", StringComparison.Ordinal));
        }

        SmallModel.Vectors(_ml.Model.Load(Zip, out _).Transform(_data)).Should().NotContain(FeatureVector.Empty);
        Directory.Delete(checkpoint, recursive: true);

        LoadError().Should().BeOfType<LanguageModelNotFoundException>().Which.Message.Should()
            .StartWith("The language model '../lm' was not found. The features were computed with its files config.json (669 bytes, SHA-256 ")
            .And.Contain($"Looked at:{Environment.NewLine}- {checkpoint}: no such folder");
    }

    [Fact]
    public void Where_a_saved_model_says_that_its_language_model_was_is_no_permission()
    {
        using var allowed = new TemporaryFolder();
        using var moved = new TemporaryFolder();
        LanguageModelSearch.Allow(allowed.Path);
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), allowed.File(name));
            File.Copy(Path.Combine(SmallBundle.LanguageModelFolder, name), moved.File(name));
        }

        Save(languageModel: allowed.Path);
        Rewrite("routesae.json", bytes => Change(bytes, manifest => manifest["languageModelLastFoundAt"] = moved.Path));
        Directory.Delete(allowed.Path, recursive: true);
        Directory.CreateDirectory(allowed.Path);

        LoadError().Should().BeOfType<LanguageModelNotFoundException>().Which.Message.Should()
            .Contain($"- {moved.Path}: not looked at: it is outside the folders that a bundle may refer to")
            .And.Contain("if you trust this one, call LanguageModelSearch.Allow(folder) before loading.");
    }

    private void Save(string? languageModel = null, RouteSaeOptions? options = null)
    {
        SmallBundle.Build(languageModel).Save(_temporary.File("bundle"));
        options ??= new RouteSaeOptions();
        options.Model = _temporary.File("bundle");
        var fitted = _ml.Transforms.RouteSae("Features", "Text", options).Fit(_data);
        _ml.Model.Save(fitted, _data.Schema, Zip);
    }

    // ML.NET makes transformers by reflection, which wraps what they throw in a TargetInvocationException.
    private Exception LoadError()
    {
        var error = FluentActions.Invoking(() => _ml.Model.Load(Zip, out _)).Should().Throw<Exception>().Which;
        while (error is TargetInvocationException)
        {
            error = error.InnerException!;
        }

        return error;
    }

    /// <summary>Changes the size of a file in the bundle's manifest, and the manifest's hash with it.</summary>
    private void ClaimSize(string file, long size)
    {
        BundleFile? measured = null;
        Rewrite("bundle.json", bytes =>
        {
            var changed = Change(bytes, manifest => manifest["files"]![file]!["size"] = size);
            measured = BundleFile.Measure(new MemoryStream(changed));
            return changed;
        });
        Rewrite("routesae.json", bytes => Change(bytes, manifest => manifest["bundle"] = new JsonObject { ["size"] = measured!.Size, ["sha256"] = measured!.Sha256 }));
    }

    private static byte[] Change(byte[] json, Action<JsonNode> change)
    {
        var node = JsonNode.Parse(json)!;
        change(node);
        return Encoding.UTF8.GetBytes(node.ToJsonString());
    }

    /// <summary>Writes the zip again with one stream changed, or without it.</summary>
    private void Rewrite(string stream, Func<byte[], byte[]?> change)
    {
        using var zip = ZipFile.Open(Zip, ZipArchiveMode.Update);
        var entry = zip.Entries.Single(e => e.Name == stream);
        var name = entry.FullName;
        using var content = new MemoryStream();
        using (var source = entry.Open())
        {
            source.CopyTo(content);
        }

        entry.Delete();
        if (change(content.ToArray()) is { } changed)
        {
            using var target = zip.CreateEntry(name).Open();
            target.Write(changed);
        }
    }
}
