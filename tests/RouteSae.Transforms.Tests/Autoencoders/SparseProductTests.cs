using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace RouteSae.Tests.Autoencoders;

/// <summary>The products that read only the active latents, against the dense ones in float64.</summary>
public sealed class SparseProductTests
{
    private const int Tokens = 40, Hidden = 12, Latents = 90, Active = 7;

    [Fact]
    public void EncodingAndItsGradientsEqualTheDensePath()
    {
        using var scope = NewDisposeScope();
        var inputs = Inputs();
        var weights = Random(5, Tokens, Latents); // another weight for every value, so that no two gradients cancel

        var (values, indices) = LargestLinear.Apply(inputs[0], inputs[1], inputs[2], Active);
        var (denseValues, denseIndices) = F.linear(inputs[0], inputs[1], inputs[2]).topk(Active, dim: -1);

        // The order of a token's slots has no meaning; torch gives them by value.
        var (byValue, order) = values.sort(-1, descending: true);
        byValue.ShouldBeIdentical(denseValues, "values");
        indices.gather(1, order).ShouldBeIdentical(denseIndices, "indices");
        var sparse = autograd.grad([(values * weights.gather(1, indices)).sum()], inputs);
        var dense = autograd.grad([(denseValues * weights.gather(1, denseIndices)).sum()], inputs);
        foreach (var (left, right) in sparse.Zip(dense))
            left.ShouldBeClose(right, "gradient", absolute: 1e-12, relative: 1e-12);
    }

    [Fact]
    public void DecodingAndItsGradientsEqualTheDensePath()
    {
        using var scope = NewDisposeScope();
        var rows = Random(1, Latents, Hidden).requires_grad_(true);
        var values = Random(2, Tokens, Active).requires_grad_(true);
        var indices = Random(3, Tokens, Latents).topk(Active, dim: -1).indexes;
        var weights = Random(4, Tokens, Hidden);

        var sparse = RowOperators.WeightedSum(rows, indices, values);
        var codes = zeros(Tokens, Latents, dtype: ScalarType.Float64).scatter(1, indices, values);
        var dense = codes.mm(rows);

        sparse.ShouldBeClose(dense, "sum", absolute: 1e-12, relative: 1e-12);
        var sparseGradients = autograd.grad([(sparse * weights).sum()], [rows, values]);
        var denseGradients = autograd.grad([(dense * weights).sum()], [rows, values]);
        foreach (var (left, right) in sparseGradients.Zip(denseGradients))
            left.ShouldBeClose(right, "gradient", absolute: 1e-12, relative: 1e-12);
    }

    [Fact]
    public void NoGraphIsRecordedWhereNoGradientIsWanted()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var inputs = Inputs();

        LargestLinear.Apply(inputs[0], inputs[1], inputs[2], Active).Values.requires_grad.Should().BeFalse();
    }

    private static Tensor[] Inputs() =>
    [
        Random(1, Tokens, Hidden).requires_grad_(true),
        Random(2, Latents, Hidden).requires_grad_(true),
        Random(3, Latents).requires_grad_(true),
    ];

    private static Tensor Random(int seed, params long[] shape) =>
        randn(shape, dtype: ScalarType.Float64, generator: new Generator((ulong)seed));
}
