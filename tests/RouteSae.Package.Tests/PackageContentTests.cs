using System.Reflection.Metadata;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RouteSae.Package.Tests;

[Collection(PackageCollection.Name)]
public sealed class PackageContentTests(PackedLibraries packages)
{
    [Fact]
    public void These_are_the_packages() =>
        Directory.GetFiles(packages.Folder, "*.nupkg").Select(Path.GetFileName).Should().BeEquivalentTo(
            new[] { "RouteSae.Transforms", "RouteSae.TinyModel", "RouteSae.MLNet" }.Select(id => $"{id}.{packages.Version}.nupkg"),
            "a new one belongs into the tests below");

    [Fact]
    public void Packing_warns_of_nothing() => packages.Warnings.Should().BeEmpty();

    [Theory]
    [InlineData("RouteSae.Transforms", "Google.Protobuf", "Microsoft.ML.Tokenizers", "SharpZipLib", "SkiaSharp", "TorchSharp")]
    [InlineData("RouteSae.TinyModel")]
    [InlineData(
        "RouteSae.MLNet", "Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting.Abstractions",
        "Microsoft.Extensions.Options.ConfigurationExtensions", "Microsoft.ML", "RouteSae.TinyModel", "RouteSae.Transforms", "System.Numerics.Tensors")]
    public void A_package_names_what_it_needs_itself_and_no_native_library(string id, params string[] dependencies)
    {
        var named = Nuspec(id).Descendants().Where(element => element.Name.LocalName == "dependency").ToList();

        named.Select(dependency => dependency.Attribute("id")!.Value).Should().BeEquivalentTo(dependencies);
        named.Where(dependency => dependency.Attribute("id")!.Value.StartsWith("RouteSae.", StringComparison.Ordinal))
            .Select(dependency => dependency.Attribute("version")!.Value).Should().BeSubsetOf([packages.Version]);
        Nuspec(id).Descendants().Where(element => element.Name.LocalName == "group")
            .Select(group => group.Attribute("targetFramework")!.Value).Should().Equal("net10.0");
        foreach (var dependency in named.Where(dependency => !dependency.Attribute("id")!.Value.StartsWith("RouteSae.", StringComparison.Ordinal)))
        {
            dependency.Attribute("version")!.Value.Should().Be(CentralVersions.Of(dependency.Attribute("id")!.Value), "it is the version that we test with");
        }
    }

    [Theory]
    [InlineData("RouteSae.Transforms", "LICENSE-UNICODE.txt", "buildTransitive/RouteSae.Transforms.targets")]
    [InlineData("RouteSae.TinyModel")]
    [InlineData("RouteSae.MLNet")]
    public void A_package_holds_nothing_else(string id, params string[] more)
    {
        string[] files = [$"{id}.nuspec", "README.md", "LICENSE", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml", .. more];
        string[] ofTheFormat = ["_rels/", "[Content_Types].xml", "package/services/"];

        packages.Entries(id).Keys.Where(name => !ofTheFormat.Any(name.StartsWith)).Should().BeEquivalentTo(files);
    }

    [Theory]
    [InlineData("RouteSae.Transforms", "MIT AND Unicode-DFS-2016")]
    [InlineData("RouteSae.TinyModel", "MIT")]
    [InlineData("RouteSae.MLNet", "MIT")]
    public void A_package_says_what_it_is_and_where_it_comes_from(string id, string licence)
    {
        Metadata(id, "license").Should().Be(licence);
        Metadata(id, "authors").Should().Be("RouteSae contributors");
        Metadata(id, "copyright").Should().Be("Copyright (c) 2026 RouteSae contributors");
        Metadata(id, "readme").Should().Be("README.md");
        Metadata(id, "tags").Split(' ').Should().Contain(["sparse-autoencoder", "interpretability", "text-classification"]);
        Metadata(id, "description").Should().NotBeEmpty();

        // Its address is that of the remote, and no other.
        var repository = Nuspec(id).Descendants().Single(element => element.Name.LocalName == "repository");
        repository.Attribute("type")!.Value.Should().Be("git");
        (repository.Attribute("url")?.Value ?? "https://none").Should().MatchRegex("^https?://");
        repository.Attribute("commit")!.Value.Should().MatchRegex("^[0-9a-f]{40}$");
    }

    [Theory]
    [InlineData("RouteSae.Transforms", "M:RouteSae.Native.TorchRuntime.EnsureLoaded")]
    [InlineData("RouteSae.TinyModel", "T:RouteSae.TinyModel.TinyModelFiles")]
    [InlineData("RouteSae.MLNet", "T:RouteSae.MLNet.RouteSaeOptions")]
    public void A_package_documents_its_members(string id, string member)
    {
        var documentation = XDocument.Load(new MemoryStream(packages.Entries(id)[$"lib/net10.0/{id}.xml"]));

        documentation.Descendants("member").Single(element => element.Attribute("name")!.Value == member)
            .Element("summary")!.Value.Trim().Should().NotBeEmpty();
    }

    [SkippableTheory]
    [InlineData("RouteSae.Transforms")]
    [InlineData("RouteSae.TinyModel")]
    [InlineData("RouteSae.MLNet")]
    public void The_symbols_name_no_folder_of_the_machine_that_built_them(string id)
    {
        Skip.IfNot(PackedLibraries.Configuration == "Release", "Only a release build replaces the folder of the repository.");
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(packages.Entries(id, "snupkg")[$"lib/net10.0/{id}.pdb"]));
        var reader = symbols.GetMetadataReader();

        reader.Documents.Select(document => reader.GetString(reader.GetDocument(document).Name)).Should().OnlyContain(
            name => name.StartsWith("/_/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RouteSae.Transforms")]
    [InlineData("RouteSae.TinyModel")]
    [InlineData("RouteSae.MLNet")]
    public void The_readme_of_a_package_has_no_links_into_the_repository(string id)
    {
        var readme = Encoding.UTF8.GetString(packages.Entries(id)["README.md"]);

        Regex.Matches(readme, @"\]\((?!https?://|#)[^)]*\)").Select(link => link.Value).Should().BeEmpty();
    }

    private XDocument Nuspec(string id) => XDocument.Load(new MemoryStream(packages.Entries(id)[$"{id}.nuspec"]));

    private string Metadata(string id, string name) =>
        Nuspec(id).Descendants().Single(element => element.Name.LocalName == name).Value;
}
