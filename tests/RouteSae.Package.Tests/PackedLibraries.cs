using System.IO.Compression;

namespace RouteSae.Package.Tests;

/// <summary>The packages of the libraries, packed once into a folder that goes with the tests, under a version that nobody has used.</summary>
public sealed class PackedLibraries : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>The folder with the packages, a source for NuGet.</summary>
    public string Folder => _folder.File("packed");

    /// <summary>Where the projects of the tests install packages, ours and those that the machine lacks.</summary>
    public string Installed => _folder.File("installed");

    /// <summary>The libraries were built with these tests, in the same configuration: bin/CONFIGURATION/FRAMEWORK.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;

    public string Version { get; } = $"0.0.1-test.{Guid.NewGuid():N}";

    /// <summary>What `dotnet pack` warned of.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The entries of a package by name, with their contents.</summary>
    internal IReadOnlyDictionary<string, byte[]> Entries(string id, string extension = "nupkg")
    {
        using var archive = ZipFile.OpenRead(Path.Combine(Folder, $"{id}.{Version}.{extension}"));
        return archive.Entries.ToDictionary(entry => entry.FullName, Read);
    }

    public async Task InitializeAsync()
    {
        // Nothing is built: the outputs are in use by the other test projects.
        foreach (var project in Projects())
        {
            var id = Path.GetFileName(project);
            var packed = await DotNetCommand.RunAsync(
                RepositoryFiles.Root, "pack", project, "--no-build", "-c", Configuration, "-o", Folder,
                $"-p:PackageVersion={Version}", $"-p:NuspecOutputPath={_folder.File("nuspec", id)}{Path.DirectorySeparatorChar}");
            Warnings.AddRange(packed.Require().Split('\n').Where(line => line.Contains("warning", StringComparison.OrdinalIgnoreCase)));
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

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        using var source = entry.Open();
        source.CopyTo(content);
        return content.ToArray();
    }
}
