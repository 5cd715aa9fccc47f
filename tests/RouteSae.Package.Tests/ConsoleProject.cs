namespace RouteSae.Package.Tests;

/// <summary>A console project of a stranger, with this Program.cs.</summary>
internal sealed record ConsoleProject(string Name, string Program)
{
    /// <summary>MSBuild properties beyond those of a new console project, as XML.</summary>
    public string Properties { get; init; } = "";

    /// <summary>Package references beyond those that the README names, as XML.</summary>
    public string Packages { get; init; } = "";
}
