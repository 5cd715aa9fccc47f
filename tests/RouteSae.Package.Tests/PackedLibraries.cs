using System.IO.Compression;
using RouteSae.MLNet.DataViews;

namespace RouteSae.Package.Tests;

/// <summary>The packages of the libraries, packed once into a folder that goes with the tests, under a version that nobody has used.</summary>
public sealed class PackedLibraries : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    public string Version { get; } = $"0.0.1-test.{Guid.NewGuid():N}";

    /// <summary>The entries of a package by name, with their contents.</summary>
    internal IReadOnlyDictionary<string, byte[]> Entries(string id, string extension = "nupkg")
    {
        using var archive = ZipFile.OpenRead(_folder.File($"{id}.{Version}.{extension}"));
        return archive.Entries.ToDictionary(entry => entry.FullName, Read);
    }

    public async Task InitializeAsync()
    {
        // Nothing is built: the outputs are in use by the other test projects.
        foreach (var project in Projects())
        {
            var id = Path.GetFileName(project);
            var packed = await DotNetCommand.RunAsync(
                RepositoryFiles.Root, "pack", project, "--no-build", "-c", Configuration(), "-o", Folder,
                $"-p:PackageVersion={Version}", $"-p:NuspecOutputPath={_folder.File("nuspec", id)}{Path.DirectorySeparatorChar}");
            packed.Require();
        }
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    // What is packed declares its public API.
    private static IEnumerable<string> Projects() =>
        Directory.GetFiles(Path.Combine(RepositoryFiles.Root, "src"), "PublicAPI.Shipped.txt", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!);

    // The libraries were built with these tests, in the same configuration: bin/CONFIGURATION/FRAMEWORK.
    private static string Configuration() =>
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        using var source = entry.Open();
        source.CopyTo(content);
        return content.ToArray();
    }
}
