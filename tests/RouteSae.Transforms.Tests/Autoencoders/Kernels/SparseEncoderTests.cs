using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>The kernel's codes are those of a plain encoder that sorts all pre-activations, to the last bit, however it screens.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed class SparseEncoderTests
{
    public static IEnumerable<object[]> AllCases =>
        AdversarialCases.Finite.Keys.Concat(AdversarialCases.Infinite.Keys).Concat(AdversarialCases.Sizes.Select(AdversarialCases.Name))
            .Select(name => new object[] { name });

    public static IEnumerable<object[]> FiniteCases =>
        AdversarialCases.Finite.Keys.Concat(AdversarialCases.Sizes.Select(AdversarialCases.Name)).Select(name => new object[] { name });

    [Theory]
    [MemberData(nameof(AllCases))]
    public void CodesEqualThePlainOnesHoweverTheyAreScreened(string name)
    {
        var given = AdversarialCases.Of(name)();
        foreach (var positiveOnly in new[] { false, true })
        {
            var expected = PlainEncoder.Encode(given, positiveOnly);
            foreach (var bfloat16 in new[] { false, true })
            {
                foreach (var threads in new[] { 1, 2 })
                    given.Encode(bfloat16, threads, positiveOnly).ShouldBe(expected, $"bfloat16 {bfloat16}, {threads} threads, positive only {positiveOnly}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllCases))]
    public void ATokensCodesDoNotDependOnItsCompany(string name)
    {
        var given = AdversarialCases.Of(name)();
        var alone = Enumerable.Range(0, given.Tokens).Select(token => (token, 1)).ToArray();

        foreach (var bfloat16 in new[] { false, true })
            given.Encode(bfloat16, threads: 1, alone).ShouldBe(given.Encode(bfloat16, threads: 2), $"bfloat16 {bfloat16}");
    }

    [Theory]
    [MemberData(nameof(FiniteCases))]
    public void CodesAreTheLargestInFloat64UpToFloat32Rounding(string name)
    {
        var given = AdversarialCases.Of(name)();
        foreach (var bfloat16 in new[] { false, true })
            Float64Check.Check(given, given.Encode(bfloat16, threads: 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfEqualPreActivationsTheFirstLatentWins(bool bfloat16)
    {
        var codes = AdversarialCases.Of("every pre-activation equal")().Encode(bfloat16, threads: 1);

        for (var t = 0; t < codes.Tokens; t++)
            codes.IndicesOf(t).ToArray().Should().Equal(0, 1, 2, 3, 4, 5, 6, 7, 8);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnInfiniteBiasIsAlwaysChosen(bool bfloat16)
    {
        var codes = AdversarialCases.Of("infinite biases")().Encode(bfloat16, threads: 1);

        for (var t = 0; t < codes.Tokens; t++)
            codes.IndicesOf(t).ToArray().Should().Contain([11L, 300L]).And.NotContain(12L);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ManyBlocksOfTokensAreEncoded(bool bfloat16)
    {
        var given = new EncoderCase(tokens: 4300, width: 5, latents: 40, active: 3, seed: 30);

        given.Encode(bfloat16, threads: 2).ShouldBe(PlainEncoder.Encode(given), "4,300 tokens");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ManyLatentsAreScreenedInSmallChunksOfTokens(bool bfloat16)
    {
        var given = new EncoderCase(tokens: 67, width: 2, latents: 70_000, active: 4, seed: 31);

        var codes = given.Encode(bfloat16, threads: 2);

        foreach (var token in new[] { 0, 63, 64, 66 })
            new PlainCodes(codes.Slots, codes.IndicesOf(token).ToArray(), codes.ValuesOf(token).ToArray()).ShouldBe(PlainEncoder.Encode(given, token), $"token {token}");
    }

    // From 256 tokens on, an encoder above 8 MB is read latent by latent.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LatentByLatentGivesTheSameCodesAsTokenByToken(bool bfloat16)
    {
        var given = new EncoderCase(tokens: 258, width: 520, latents: 4100, active: 6, seed: 32);

        given.Encode(bfloat16, threads: 2).ShouldBe(given.Encode(bfloat16, threads: 2, [(0, 129), (129, 129)]), "258 tokens");
    }
}
