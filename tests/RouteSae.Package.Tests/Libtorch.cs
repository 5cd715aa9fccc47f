using System.Xml.Linq;

namespace RouteSae.Package.Tests;

/// <summary>The native package that the README tells a reader of this system to reference.</summary>
internal static class Libtorch
{
    public static string Package { get; } =
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64" : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";

    /// <summary>The version with which everything here is built and tested.</summary>
    public static string Version { get; } = XDocument.Load(Path.Combine(RepositoryFiles.Root, "Directory.Packages.props"))
        .Descendants("PackageVersion").Single(package => package.Attribute("Include")!.Value == Package).Attribute("Version")!.Value;
}
