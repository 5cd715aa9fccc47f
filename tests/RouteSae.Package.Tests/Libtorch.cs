namespace RouteSae.Package.Tests;

/// <summary>The native package that the README tells a reader of this system to reference.</summary>
internal static class Libtorch
{
    public static string Package { get; } = $"libtorch-cpu-{Platform}";

    /// <summary>The version with which everything here is built and tested.</summary>
    public static string Version { get; } = CentralVersions.Of(Package);

    /// <summary>This system, as NuGet and the SDK name it.</summary>
    public static string Platform => OperatingSystem.IsWindows() ? "win-x64" : OperatingSystem.IsMacOS() ? "osx-arm64" : "linux-x64";
}
