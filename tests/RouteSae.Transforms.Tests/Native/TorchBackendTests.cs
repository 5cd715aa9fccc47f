using System.Diagnostics;
using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Native;

public sealed class TorchBackendTests
{
    [Fact]
    public void An_unknown_backend_is_a_build_error_that_lists_the_known_ones()
    {
        var project = Path.Combine(RepositoryFiles.Root, "tests", "RouteSae.NativeProbe", "RouteSae.NativeProbe.csproj");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in new[] { "msbuild", project, "-t:CheckTorchBackend", "-p:TorchBackend=vulkan", "-nologo", "-nodeReuse:false" })
            start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        process.ExitCode.Should().NotBe(0);
        output.Should().Contain("RSAE001").And.Contain("TorchBackend 'vulkan' is not known. Choose one of: cpu, cuda-windows, cuda-linux.");
    }
}
