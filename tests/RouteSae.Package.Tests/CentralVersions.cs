using System.Xml.Linq;

namespace RouteSae.Package.Tests;

/// <summary>The versions of Directory.Packages.props.</summary>
internal static class CentralVersions
{
    private static readonly XDocument Props = XDocument.Load(Path.Combine(RepositoryFiles.Root, "Directory.Packages.props"));

    /// <summary>The version of a package that the file names once.</summary>
    public static string Of(string package) =>
        Props.Descendants("PackageVersion").Single(version => version.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
}
