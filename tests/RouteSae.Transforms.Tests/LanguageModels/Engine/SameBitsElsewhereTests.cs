using System.Diagnostics;
using FluentAssertions;
using RouteSae.Tests.Autoencoders.Kernels;
using Xunit;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary><see cref="SameBitsTests"/> once more in processes whose vectors are taken away.</summary>
public sealed class SameBitsElsewhereTests
{
    /// <summary>Far beyond what a slow machine needs.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(PortabilityTests.Avx512)]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData(PortabilityTests.Intrinsics)]
    public async Task Hidden_states_have_the_same_bits_without(string feature)
    {
        var start = new ProcessStartInfo("dotnet", ["vstest", GetType().Assembly.Location, $"--TestCaseFilter:{KernelCategory.Trait}={SameBitsTests.SameBits}&FullyQualifiedName~committed_hash"])
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
        process.ExitCode.Should().Be(0, "with {0}=0 the hashes must be the same: {1}", feature, report);
        report.Should().MatchRegex($@"Passed:\s+{GoldenModel.Names.Length}\b", "every model must have been tried");
    }
}
