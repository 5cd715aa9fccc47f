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
        packages.Entries(id).Keys.Where(name => name.StartsWith("runtimes/", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("RouteSae.Transforms", "MIT AND Unicode-DFS-2016", "LICENSE-UNICODE.txt")]
    [InlineData("RouteSae.TinyModel", "MIT", "LICENSE")]
    [InlineData("RouteSae.MLNet", "MIT", "LICENSE")]
    public void A_package_brings_documentation_licence_and_symbols(string id, string licence, string licenceFile)
    {
        var entries = packages.Entries(id);

        entries.Keys.Should().Contain(["README.md", "LICENSE", licenceFile, $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"]);
        packages.Entries(id, "snupkg").Keys.Should().Contain($"lib/net10.0/{id}.pdb");
        Metadata(id, "license").Should().Be(licence);
        Metadata(id, "readme").Should().Be("README.md");
        Metadata(id, "tags").Should().NotBeEmpty();
        Metadata(id, "description").Should().NotBeEmpty();
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
