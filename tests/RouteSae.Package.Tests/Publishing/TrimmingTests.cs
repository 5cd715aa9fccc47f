namespace RouteSae.Package.Tests.Publishing;

[Collection(PackageCollection.Name)]
public sealed class TrimmingTests(PackedLibraries packages)
{
    private const string Target = "WarnThatRouteSaeCannotBeTrimmed";

    [SkippableFact]
    public async Task A_program_that_trims_builds_with_a_warning_that_it_can_suppress()
    {
        using var consumer = await Consumer.CreateAsync(packages);
        consumer.AddProject(Project("Trims", "<PublishTrimmed>true</PublishTrimmed>"));
        consumer.AddProject(Project("Knows", "<PublishTrimmed>true</PublishTrimmed><NoWarn>$(NoWarn);ROUTESAE001</NoWarn>"));

        var built = await consumer.BuildAsync();
        Skip.If(built.Lacks(@"Microsoft\.NET\.ILLink\.Tasks"), "The package sources of this machine lack the trimmer, or cannot be reached.");
        var warnings = built.Require().Split('\n').Where(line => line.Contains("ROUTESAE001", StringComparison.Ordinal)).Select(line => line.Trim());

        warnings.Distinct().Should().ContainSingle().Which.Should().Be(
            $"{Path.Combine(consumer.Folder, "Trims", "Trims.csproj")} : {Warning("PublishTrimmed")}");

        // Needs the compiler's package for a build, so that only the target itself runs here.
        var native = await consumer.RunTargetAsync("Trims", Target, "-p:PublishAot=true");
        native.Require().Should().Contain(Warning("PublishAot"));
        var neither = await consumer.RunTargetAsync("Trims", Target, "-p:PublishTrimmed=false");
        neither.Require().Should().NotContain("ROUTESAE001");
    }

    private static string Warning(string property) =>
        "warning ROUTESAE001: RouteSae cannot be trimmed: it reads bundles by reflection, and ML.NET finds the components of a saved model the same "
        + $"way, so a trimmed program fails when it loads either. Remove {property}; PublishSingleFile and PublishReadyToRun work.";

    private static ConsoleProject Project(string name, string properties) => new(name, "Console.WriteLine();") { Properties = properties };
}
