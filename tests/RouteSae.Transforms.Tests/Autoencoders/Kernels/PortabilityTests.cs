using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>The kernels' tests pass on lesser processors too: they run once more in processes whose vectors are taken away.</summary>
public sealed partial class PortabilityTests
{
    internal const string Avx512 = "DOTNET_EnableAVX512";
    internal const string Intrinsics = "DOTNET_EnableHWIntrinsic";

    /// <summary>Far beyond what a slow machine needs.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(Avx512)]
    [InlineData(Intrinsics)]
    public async Task KernelsPassTheirTestsWithout(string feature)
    {
        var start = new ProcessStartInfo("dotnet", ["vstest", typeof(PortabilityTests).Assembly.Location, $"--TestCaseFilter:{KernelCategory.Trait}={KernelCategory.Name}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[feature] = "0";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The tests took longer than {s_limit} with {feature}=0:{Environment.NewLine}{await output}{await errors}");
        }

        var report = await output + await errors;
        process.ExitCode.Should().Be(0, "with {0}=0 the tests must pass: {1}", feature, report);
        PassedTests(report).Should().BePositive("tests must have run: {0}", report);
    }

    private static int PassedTests(string report)
    {
        var match = Passed().Match(report);
        return match.Success ? int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"Passed:\s+(?<count>\d+)")]
    private static partial Regex Passed();
}
