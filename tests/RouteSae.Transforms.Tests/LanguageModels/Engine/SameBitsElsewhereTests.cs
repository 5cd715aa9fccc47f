using FluentAssertions;
using RouteSae.Tests.Autoencoders.Kernels;
using Xunit;

namespace RouteSae.Tests.LanguageModels.Engine;

/// <summary><see cref="SameBitsTests"/> once more in processes whose vectors are taken away.</summary>
public sealed class SameBitsElsewhereTests
{
    [Theory]
    [InlineData(LesserProcessor.Avx512)]
    [InlineData(LesserProcessor.Avx2)]
    [InlineData(LesserProcessor.Intrinsics)]
    public async Task Hidden_states_have_the_same_bits_without(string feature) =>
        (await LesserProcessor.PassedWithoutAsync(feature, $"{KernelCategory.Trait}={SameBitsTests.SameBits}&FullyQualifiedName~committed_hash"))
            .Should().Be(GoldenModel.Names.Length, "every model must have been tried");
}
