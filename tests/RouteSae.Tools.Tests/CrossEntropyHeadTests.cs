using FluentAssertions;
using RouteSae.Tools.TinyModel;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tools.Tests;

public sealed class CrossEntropyHeadTests
{
    [Fact]
    public void Loss_and_gradients_are_those_of_autograd()
    {
        RouteSae.Native.TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        const int tokens = 70, width = 32, vocabulary = 96;
        var hidden = randn([tokens, width], generator: generator).to_type(ScalarType.BFloat16);
        var head = randn([vocabulary, width], generator: generator).to_type(ScalarType.BFloat16);
        var targets = randint(vocabulary, [tokens], ScalarType.Int64, generator: generator);
        var exactHidden = hidden.to_type(ScalarType.Float64).requires_grad_(true);
        var exactHead = head.to_type(ScalarType.Float64).requires_grad_(true);
        var exact = nn.functional.cross_entropy(exactHidden.matmul(exactHead.t()), targets);
        exact.backward();
        var headGradient = zeros(vocabulary, width);

        var (loss, gradient) = CrossEntropyHead.Backward(hidden, targets, head, headGradient);

        loss.Should().BeApproximately(exact.item<double>(), 0.01, "logits are rounded to bfloat16");
        Cosine(gradient, exactHidden.grad!).Should().BeGreaterThan(0.9995);
        Cosine(headGradient, exactHead.grad!).Should().BeGreaterThan(0.9995);
    }

    [Fact]
    public void A_vocabulary_that_the_kernel_cannot_take_is_refused()
    {
        RouteSae.Native.TorchRuntime.EnsureLoaded();
        using var scope = NewDisposeScope();
        var hidden = zeros([1, 32], ScalarType.BFloat16);

        FluentActions.Invoking(() => CrossEntropyHead.Backward(hidden, zeros([1], ScalarType.Int64), zeros([100, 32], ScalarType.BFloat16), zeros(100, 32)))
            .Should().Throw<ArgumentException>().WithMessage("The vocabulary has 100 entries; the kernel needs a multiple of 32.*");
    }

    private static double Cosine(Tensor a, Tensor b)
    {
        var (x, y) = (a.to_type(ScalarType.Float64).flatten(), b.flatten());
        return (x.dot(y) / (x.norm() * y.norm())).item<double>();
    }
}
