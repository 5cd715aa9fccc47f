using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>The kernels' tests pass on lesser processors too.</summary>
public sealed class PortabilityTests
{
    [Theory]
    [InlineData(LesserProcessor.Avx512)]
    [InlineData(LesserProcessor.Intrinsics)]
    public async Task KernelsPassTheirTestsWithout(string feature) =>
        (await LesserProcessor.PassedWithoutAsync(feature, $"{KernelCategory.Trait}={KernelCategory.Name}")).Should().BePositive("tests must have run");
}
