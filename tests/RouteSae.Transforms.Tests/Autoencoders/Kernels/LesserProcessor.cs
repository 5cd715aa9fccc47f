using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Runs tests of this assembly once more in a process whose vectors are taken away.</summary>
internal static partial class LesserProcessor
{
    public const string Avx512 = "DOTNET_EnableAVX512";
    public const string Avx2 = "DOTNET_EnableAVX2";
    public const string Intrinsics = "DOTNET_EnableHWIntrinsic";

    /// <summary>Far beyond what a slow machine needs.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs the tests, all of which must pass.</summary>
    /// <param name="feature">The runtime's switch for what is taken away.</param>
    /// <param name="filter">Which tests.</param>
    /// <returns>How many have passed.</returns>
    public static async Task<int> PassedWithoutAsync(string feature, string filter)
    {
        var start = new ProcessStartInfo("dotnet", ["vstest", typeof(LesserProcessor).Assembly.Location, $"--TestCaseFilter:{filter}"])
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
        return Passed().Match(report) is { Success: true } match ? int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"Passed:\s+(?<count>\d+)")]
    private static partial Regex Passed();
}
