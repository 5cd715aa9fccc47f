using RouteSae.Kernels;
using RouteSae.Tests.Autoencoders.Kernels;
using RouteSae.Tests.Golden;
using RouteSae.Training.Optimization;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Training.Optimization;

[Trait(KernelCategory.Trait, KernelCategory.Name)]
public sealed class AdamStepTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(77)]
    public unsafe void AFusedStepIsAStepOfTorch(int count)
    {
        using var scope = NewDisposeScope();
        Tensor fused = randn(count), plain = fused.clone();
        using var kernel = new AdamOptimizer([fused]);
        using var torchs = new AdamOptimizer([plain]);
        for (var step = 1; step <= 5; step++)
        {
            var gradient = randn(count, generator: new Generator((ulong)step)) * Math.Pow(10, step - 4);
            var moments = kernel.Moments[0];
            kernel.Begin(0.01 * step).Apply(
                TensorData.Floats(fused), TensorData.Floats(gradient), TensorData.Floats(moments.First), TensorData.Floats(moments.Second), count);
            torchs.Step([gradient], 0.01 * step);
        }

        fused.ShouldBeClose(plain, "parameter", absolute: 1e-6, relative: 1e-6);
        kernel.Moments[0].First.ShouldBeClose(torchs.Moments[0].First, "first moment", absolute: 1e-8, relative: 1e-6);
        kernel.Moments[0].Second.ShouldBeClose(torchs.Moments[0].Second, "second moment", absolute: 1e-10, relative: 1e-6);
    }
}
