using System.Reflection.PortableExecutable;

namespace RouteSae.Package.Tests.Publishing;

[Collection(PackageCollection.Name)]
public sealed class PublishTests(PublishedPrograms programs) : IClassFixture<PublishedPrograms>
{
    [SkippableTheory]
    [InlineData("Single")]
    [InlineData("SelfContained")]
    [InlineData("SelfExtracting")]
    public async Task A_single_file_loads_a_saved_model_and_gives_the_same_bits(string name)
    {
        Managed(programs.Require(name)).Should().BeEmpty("the assemblies are in the file");
        (await programs.RunAsync(name)).Should().Equal(programs.Expected);
    }

    [SkippableFact]
    public void A_self_extracting_file_brings_libtorch_itself() =>
        Directory.GetFiles(programs.Require("SelfExtracting")).Select(Path.GetExtension).Should().NotContain([".so", ".dll", ".dylib"]);

    [SkippableFact]
    public async Task ReadyToRun_compiles_our_assemblies_and_gives_the_same_bits()
    {
        var ours = Managed(programs.Require("ReadyToRun")).Where(path => Path.GetFileName(path).StartsWith("RouteSae.", StringComparison.Ordinal));

        ours.Where(IsCompiled).Select(Path.GetFileNameWithoutExtension)
            .Should().BeEquivalentTo(["RouteSae.Transforms", "RouteSae.MLNet", "RouteSae.TinyModel"]);
        (await programs.RunAsync("ReadyToRun")).Should().Equal(programs.Expected);
    }

    private static string[] Managed(string folder) =>
        Directory.GetFiles(folder, "*.dll").Where(path => !Path.GetFileName(path).Contains("torch", StringComparison.Ordinal)).ToArray();

    private static bool IsCompiled(string assembly)
    {
        using var reader = new PEReader(File.OpenRead(assembly));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }
}
