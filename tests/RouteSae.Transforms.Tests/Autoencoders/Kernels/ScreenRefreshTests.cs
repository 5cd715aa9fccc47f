using FluentAssertions;
using RouteSae.Autoencoders;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Codes follow the parameters, however these are changed in place.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed class ScreenRefreshTests
{
    private static readonly Dictionary<string, Action<TopKAutoencoder>> s_changes = new()
    {
        ["encoder"] = autoencoder => autoencoder.EncoderWeight.mul_(-1),
        ["a row of the encoder"] = autoencoder => autoencoder.EncoderWeight[3].fill_(2),
        ["an element of the encoder"] = autoencoder => autoencoder.EncoderWeight[7, 2] = 90,
        ["latent bias"] = autoencoder => autoencoder.LatentBias.neg_(),
        ["a part of the latent bias"] = autoencoder => autoencoder.LatentBias.narrow(0, 40, 5).add_(50),
        ["pre-bias"] = autoencoder => autoencoder.PreBias.add_(3),
    };

    public static IEnumerable<object[]> Changes =>
        from change in s_changes.Keys
        from path in new[] { nameof(ComputePath.BFloat16Kernels), nameof(ComputePath.Float32Kernels) }
        select new object[] { change, path };

    [Theory]
    [MemberData(nameof(Changes))]
    public void AChangeByTorchIsSeen(string change, string path)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var given = new EncoderCase(tokens: 30, width: 20, latents: 300, active: 6);
        using var autoencoder = given.Autoencoder(Fidelity.Reference, Enum.Parse<ComputePath>(path));
        var x = given.Matrix(given.X, given.Tokens);
        var before = PlainCodes.Sorted(autoencoder.Encode(x));

        s_changes[change](autoencoder);

        var after = PlainCodes.Sorted(autoencoder.Encode(x));
        Copy(autoencoder, given);
        after.ShouldBeClose(PlainEncoder.Encode(given));
        after.Indices.Should().NotEqual(before.Indices, "the change must matter");
    }

    // libtorch does not count the changes of tensors that are made in inference mode.
    [Theory]
    [MemberData(nameof(Changes))]
    public void AChangeInInferenceModeIsSeen(string change, string path)
    {
        using var inference = inference_mode();
        AChangeByTorchIsSeen(change, path);
    }

    private static void Copy(TopKAutoencoder autoencoder, EncoderCase given)
    {
        autoencoder.EncoderWeight.data<float>().ToArray().CopyTo(given.Encoder, 0);
        autoencoder.LatentBias.data<float>().ToArray().CopyTo(given.LatentBias, 0);
        autoencoder.PreBias.data<float>().ToArray().CopyTo(given.PreBias, 0);
    }
}
