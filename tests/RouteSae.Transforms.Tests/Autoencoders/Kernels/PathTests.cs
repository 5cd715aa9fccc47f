using FluentAssertions;
using RouteSae.Autoencoders;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>An autoencoder gives the same codes on every path.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed class PathTests
{
    public static IEnumerable<object[]> Cases =>
        from path in Enum.GetNames<ComputePath>()
        from fidelity in Enum.GetNames<Fidelity>()
        select new object[] { path, fidelity };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheLargestAreChosenWhateverTheirNumber(string path, string fidelity)
    {
        using var scope = NewDisposeScope();
        var corrected = fidelity == nameof(Fidelity.Corrected);
        foreach (var active in new[] { 1, 7, 256, 257, 300 })
        {
            var given = new EncoderCase(tokens: 6, width: 33, latents: 300, active);
            using var autoencoder = given.Autoencoder(Enum.Parse<Fidelity>(fidelity), Enum.Parse<ComputePath>(path));
            using var other = new EncoderCase(given.Tokens, given.Width, given.Latents, active: 2).Autoencoder(autoencoder.Architecture.Fidelity, autoencoder.Path);
            var x = given.Matrix(given.X, given.Tokens);
            var expected = PlainEncoder.Encode(given, positiveOnly: corrected);

            PlainCodes.Sorted(autoencoder.Encode(x)).ShouldBeClose(expected);
            PlainCodes.Sorted(other.Encode(x, CodeSelection.Largest(active))).ShouldBeClose(expected);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void MoreThanAllLatentsAreAllLatents(string path, string fidelity)
    {
        using var scope = NewDisposeScope();
        var given = new EncoderCase(tokens: 3, width: 6, latents: 20, active: 20);
        using var autoencoder = given.Autoencoder(Enum.Parse<Fidelity>(fidelity), Enum.Parse<ComputePath>(path));

        var codes = autoencoder.Encode(given.Matrix(given.X, given.Tokens), CodeSelection.Largest(1000));

        PlainCodes.Sorted(codes).ShouldBeClose(PlainEncoder.Encode(given, positiveOnly: fidelity == nameof(Fidelity.Corrected)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void NegativePreActivationsAreKeptByTheReferenceAlone(string path, string fidelity)
    {
        using var scope = NewDisposeScope();
        var given = AdversarialCases.Of("all negative")();
        using var autoencoder = given.Autoencoder(Enum.Parse<Fidelity>(fidelity), Enum.Parse<ComputePath>(path));

        var codes = autoencoder.Encode(given.Matrix(given.X, given.Tokens));

        codes.CountActive().Should().Be(fidelity == nameof(Fidelity.Corrected) ? 0 : given.Tokens * given.Active);
        PlainCodes.Sorted(codes).Indices.Should().Equal(PlainEncoder.Encode(given).Indices);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void NoTokensAndStridedOnesAreEncoded(string path, string fidelity)
    {
        using var scope = NewDisposeScope();
        var given = new EncoderCase(tokens: 8, width: 12, latents: 40, active: 5);
        using var autoencoder = given.Autoencoder(Enum.Parse<Fidelity>(fidelity), Enum.Parse<ComputePath>(path));
        var x = given.Matrix(given.X, given.Tokens);
        var strided = x.t().contiguous().t();

        strided.is_contiguous().Should().BeFalse();
        autoencoder.Encode(x.narrow(0, 3, 0)).Indices.shape.Should().Equal(0, 5);
        PlainCodes.Sorted(autoencoder.Encode(strided)).ShouldBeClose(PlainCodes.Sorted(autoencoder.Encode(x)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ActivationsOfAnotherWidthAreRefused(string path, string fidelity)
    {
        using var scope = NewDisposeScope();
        var given = new EncoderCase(tokens: 8, width: 12, latents: 40, active: 5);
        using var autoencoder = given.Autoencoder(Enum.Parse<Fidelity>(fidelity), Enum.Parse<ComputePath>(path));

        var encode = () => autoencoder.Encode(zeros(3, 13));

        encode.Should().Throw<Exception>("on every path");
    }
}
