using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Kernels keep what they need for the next call, and nothing more with every call.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
public sealed class LiveTensorTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EncodingLeavesNothingBehind(bool bfloat16)
    {
        using var encoder = rand(300, 20);
        using var preBias = zeros(20);
        using var latentBias = zeros(300);
        using var x = rand(1100, 20);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var kernel = new SparseEncoder(encoder, preBias, latentBias))
        {
            ShouldBeFlat(call =>
            {
                using var rows = x.narrow(0, 0, call % 2 == 0 ? 1100 : 7);
                using var codes = SparseCodes.Empty(rows.shape[0], 5);
                kernel.Encode(rows, codes, positiveOnly: true, bfloat16);
                latentBias.add_(0.001); // the screen is made anew
            });
        }
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before, "the kernel frees what it kept");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFailedEncodingLeavesNothingBehind(bool bfloat16)
    {
        using var encoder = rand(300, 20);
        using var preBias = zeros(20);
        using var latentBias = zeros(300);
        using var x = rand(50, 20);
        x[49] = float.NaN;
        using var kernel = new SparseEncoder(encoder, preBias, latentBias);
        ShouldBeFlat(_ =>
        {
            using var codes = SparseCodes.Empty(50, 5);
            var encode = () => kernel.Encode(x, codes, positiveOnly: true, bfloat16);
            encode.Should().Throw<ArgumentException>();
        });
    }

    [Theory]
    [InlineData(nameof(ComputePath.BFloat16Kernels))]
    [InlineData(nameof(ComputePath.Float32Kernels))]
    [InlineData(nameof(ComputePath.TorchOperations))]
    public void AModelLeavesNothingBehind(string path)
    {
        using var model = RouteSaeModel.Create(
            new RouteSaeArchitecture { HiddenSize = 18, RoutedHiddenStates = [1, 2, 3], Latents = 50, ActiveLatents = 6 }, seed: 1);
        model.Path = Enum.Parse<ComputePath>(path);
        Tensor[] hiddenStates = [rand(30, 18), rand(30, 18), rand(30, 18)];
        using var strided = rand(18, 30).t();

        ShouldBeFlat(_ =>
        {
            using var routed = model.Route(hiddenStates);
            using var other = model.Route([hiddenStates[0], strided, hiddenStates[2]]);
            using var codes = model.Encode(routed.X);
            using var more = model.Encode(strided, CodeSelection.Largest(9));
            using var reconstruction = model.Decode(codes);
            model.Autoencoder.NormalizeDecoder();
        });
        foreach (var tensor in hiddenStates)
            tensor.Dispose();
    }

    [Fact]
    public void ADecodingThatFailsLeavesNothingBehind()
    {
        using var rows = rand(10, 18);
        using var codes = new SparseCodes(full(4, 3, 99, ScalarType.Int64), rand(4, 3));
        ShouldBeFlat(_ =>
        {
            var decode = () => SparseDecoder.Decode(rows, null, codes);
            decode.Should().Throw<ArgumentException>();
        });
    }

    private static void ShouldBeFlat(Action<int> call)
    {
        var live = new List<long>();
        for (var i = 0; i < 12; i++)
        {
            call(i);
            live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
        live[4..].Should().AllBeEquivalentTo(live[4], "each call frees what it makes");
    }
}
