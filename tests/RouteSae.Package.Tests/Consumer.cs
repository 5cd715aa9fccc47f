using System.Xml.Linq;

namespace RouteSae.Package.Tests;

/// <summary>
/// A folder of fresh console projects outside the repository. Our packages come from the local folder into a packages folder of
/// the tests; those of others lie in the machine's packages folder already, or are fetched from the machine's sources.
/// </summary>
internal sealed class Consumer : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _feed;
    private readonly string _version;

    private Consumer(PackedLibraries packages, string machinePackages)
    {
        _feed = packages.Folder;
        _version = packages.Version;
        Write("nuget.config", $"""
            <configuration>
              <packageSources><add key="packed" value="{_feed}" /></packageSources>
              <fallbackPackageFolders><add key="machine" value="{machinePackages}" /></fallbackPackageFolders>
            </configuration>
            """);

        // Links, because libtorch is half a gigabyte. NU1603: a lower bound in our packages that no source has.
        Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets>
                <ImportDirectoryPackagesProps>false</ImportDirectoryPackagesProps>
                <RestorePackagesPath>{packages.Installed}</RestorePackagesPath>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                <CreateSymbolicLinksForCopyLocalIfPossible>true</CreateSymbolicLinksForCopyLocalIfPossible>
                <CreateHardLinksForPublishFilesIfPossible>true</CreateHardLinksForPublishFilesIfPossible>
                <WarningsAsErrors>NU1603;NU1605</WarningsAsErrors>
              </PropertyGroup>
            </Project>
            """);
    }

    public string Folder => _folder.Path;

    public static async Task<Consumer> CreateAsync(PackedLibraries packages)
    {
        var listed = await DotNetCommand.RunAsync(RepositoryFiles.Root, "nuget", "locals", "global-packages", "--list", "--force-english-output");
        return new Consumer(packages, listed.Require().Split("global-packages:")[1].Trim());
    }

    /// <summary>Makes a console project with the two package references that the README names, and what it asks for beyond them.</summary>
    public void AddProject(ConsoleProject project)
    {
        Write($"{project.Name}/Program.cs", project.Program);
        Write($"{project.Name}/{project.Name}.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                {project.Properties}
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="RouteSae.MLNet" Version="{_version}" />
                <PackageReference Include="{Libtorch.Package}" Version="{Libtorch.Version}" />
                {project.Packages}
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>Installs the packages and builds all projects.</summary>
    public Task<CommandResult> BuildAsync() => RestoreAndRunAsync("build");

    /// <summary>Installs the packages, builds all projects and publishes each to its folder.</summary>
    public Task<CommandResult> PublishAsync() => RestoreAndRunAsync("publish");

    /// <summary>Runs a built project in the folder that holds them all, in a process of its own.</summary>
    public async Task<string> RunAsync(string name) =>
        (await DotNetCommand.RunAsync(Folder, Path.Combine(name, "bin", "Release", "net10.0", $"{name}.dll"))).Require();

    /// <summary>Runs one MSBuild target of a restored project.</summary>
    public Task<CommandResult> RunTargetAsync(string name, string target, params string[] arguments) =>
        DotNetCommand.RunAsync(Folder, ["msbuild", Path.Combine(name, $"{name}.csproj"), $"-t:{target}", "-nodeReuse:false", .. arguments]);

    public void Write(string path, string content)
    {
        var full = _folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<CommandResult> RestoreAndRunAsync(string command)
    {
        var projects = Directory.GetFiles(Folder, "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Folder, path));
        new XElement("Solution", projects.Select(path => new XElement("Project", new XAttribute("Path", path)))).Save(_folder.File("Consumer.slnx"));

        // First without the network, which a machine that built the repository does not need.
        var restored = await DotNetAsync("restore", $"-p:RestoreSources={_feed}");
        if (restored.ExitCode != 0)
        {
            restored = await DotNetAsync("restore");
        }

        return restored.ExitCode != 0 ? restored : await DotNetAsync(command, "--no-restore", "-c", "Release");
    }

    private Task<CommandResult> DotNetAsync(string command, params string[] arguments) =>
        DotNetCommand.RunAsync(Folder, [command, "Consumer.slnx", "-nodeReuse:false", "-v", "q", .. arguments]);
}
