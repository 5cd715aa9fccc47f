using System.Runtime.Intrinsics;
using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>The variables by which <see cref="PortabilityTests"/> takes vectors away do take them away.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
public sealed class ProcessorTests
{
    [Fact]
    public void WithoutAvx512VectorsOf512BitsAreEmulated()
    {
        if (IsOff(LesserProcessor.Avx512))
            Vector512.IsHardwareAccelerated.Should().BeFalse();
    }

    [Fact]
    public void WithoutIntrinsicsAllVectorsAreEmulated()
    {
        if (IsOff(LesserProcessor.Intrinsics))
            (Vector128.IsHardwareAccelerated || Vector256.IsHardwareAccelerated || Vector512.IsHardwareAccelerated).Should().BeFalse();
    }

    private static bool IsOff(string variable) => Environment.GetEnvironmentVariable(variable) == "0";
}
