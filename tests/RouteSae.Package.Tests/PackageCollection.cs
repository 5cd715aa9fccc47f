namespace RouteSae.Package.Tests;

/// <summary>Tests that share one set of packages.</summary>
[CollectionDefinition(Name)]
public sealed class PackageCollection : ICollectionFixture<PackedLibraries>
{
    public const string Name = "packages";
}
