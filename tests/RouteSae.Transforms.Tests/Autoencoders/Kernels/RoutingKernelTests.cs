using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Kernels;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders.Kernels;

/// <summary>Routing by the kernel is routing by TorchSharp operations.</summary>
[Trait(KernelCategory.Trait, KernelCategory.Name)]
[Collection(nameof(ThreadCount))]
public sealed class RoutingKernelTests
{
    private const int Layers = 4;

    public static IEnumerable<object[]> Cases =>
        from mode in Enum.GetNames<RoutingMode>()
        from aggregation in Enum.GetNames<RouterAggregation>()
        from type in new[] { nameof(ScalarType.Float32), nameof(ScalarType.BFloat16) }
        from width in new[] { 2, 3, 17, 32, 40, 129, 1030 }
        select new object[] { mode, aggregation, type, width };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheKernelRoutesAsTorchDoes(string mode, string aggregation, string type, int width)
    {
        using var scope = NewDisposeScope();
        using var router = Router(mode, aggregation, width);
        var hiddenStates = HiddenStates(tokens: 70, width, Enum.Parse<ScalarType>(type));

        foreach (var threads in new[] { 1, 2 })
            Route(router, hiddenStates, threads).ShouldBe(router, hiddenStates);
    }

    [Theory]
    [InlineData(nameof(RoutingMode.Hard))]
    [InlineData(nameof(RoutingMode.Soft))]
    public void ConstantRowsAreZero(string mode)
    {
        using var scope = NewDisposeScope();
        using var router = Router(mode, nameof(RouterAggregation.Sum), 33);
        var hiddenStates = HiddenStates(tokens: 5, 33, ScalarType.Float32);
        foreach (var (hidden, value) in hiddenStates.Zip([0, 1, -0.5, 8.0]))
            hidden[2] = value;

        var routed = Route(router, hiddenStates, threads: 1);

        routed.ShouldBe(router, hiddenStates);
        routed.X[2].abs().max().item<float>().Should().Be(0);
        routed.Probabilities[2].ShouldBeClose(ones(Layers) / Layers, "probabilities");
    }

    [Fact]
    public void ChosenRowsAreRoutedAsAmongAll()
    {
        using var scope = NewDisposeScope();
        using var router = Router(nameof(RoutingMode.Hard), nameof(RouterAggregation.Sum), 50);
        var hiddenStates = HiddenStates(tokens: 40, 50, ScalarType.BFloat16);
        long[] rows = [39, 0, 7, 7, 12];
        var all = Route(router, hiddenStates, threads: 2);

        var some = new RoutedTokens(rows.Length, Layers, 50, keepAggregate: true);
        new RoutingKernel(router.Router.Weight, router.Architecture).Route(hiddenStates, rows, some);

        some.X.ShouldBeIdentical(all.X.index_select(0, tensor(rows)), "routed activations");
        some.Chosen.ShouldBeIdentical(all.Chosen.index_select(0, tensor(rows)), "choices");
        some.Aggregate!.mm(router.Router.Weight.t()).softmax(1).ShouldBeClose(some.Probabilities, "softmax of the aggregate");
    }

    [Fact]
    public void OfEquallyProbableHiddenStatesTheFirstIsChosen()
    {
        using var scope = NewDisposeScope();
        using var router = Router(nameof(RoutingMode.Hard), nameof(RouterAggregation.Sum), 20);
        using (no_grad())
            router.Router.Weight.copy_(router.Router.Weight[0].clone().expand(Layers, 20));

        Route(router, HiddenStates(tokens: 9, 20, ScalarType.Float32), threads: 1).Chosen.max().item<long>().Should().Be(0);
    }

    [Fact]
    public void StridedAndMixedHiddenStatesAreRoutedToo()
    {
        using var scope = NewDisposeScope();
        using var model = Router(nameof(RoutingMode.Hard), nameof(RouterAggregation.Mean), 24);
        var plain = HiddenStates(tokens: 11, 24, ScalarType.Float32);
        var expected = model.Route(plain);
        var strided = plain.Select(tensor => tensor.t().contiguous().t()).ToArray();
        Tensor[] mixed = [plain[0], .. plain.Skip(1).Select(tensor => tensor.to(ScalarType.Float64))];

        foreach (var hiddenStates in new[] { strided, mixed })
        {
            var routed = model.Route(hiddenStates);
            routed.X.ShouldBeClose(expected.X, "routed activations");
            routed.Chosen.ShouldBeIdentical(expected.Chosen, "choices");
            var readable = RoutingKernel.Readable(hiddenStates);
            readable.Should().OnlyContain(tensor => RoutingKernel.Fits(tensor));
            Route(model, readable, threads: 1).X.ShouldBeClose(expected.X, "routed activations");
        }
    }

    [Fact]
    public void SoftGradientsArePairwiseProducts()
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16 })
        {
            var hiddenStates = HiddenStates(tokens: 37, 45, type);
            var gradients = randn(37, 45, generator: new Generator(3));
            var sums = new float[37 * Layers];
            Array.Fill(sums, 1f);

            new RoutingKernel(zeros(Layers, 45), new RouteSaeArchitecture { HiddenSize = 45, RoutedHiddenStates = [.. Enumerable.Range(1, Layers)], Latents = 1, ActiveLatents = 1, Mode = RoutingMode.Soft }).AddSoftGradients(hiddenStates, gradients, sums);

            var expected = stack(hiddenStates.Select(hidden => (Standardization.Apply(hidden.to(ScalarType.Float32)).Values * gradients).sum(1)), 1) + 1;
            tensor(sums).view(37, Layers).ShouldBeClose(expected, "∂/∂p");
        }
    }

    private static RouteSaeModel Router(string mode, string aggregation, int width) => RouteSaeModel.Create(
        new RouteSaeArchitecture
        {
            HiddenSize = width,
            RoutedHiddenStates = [1, 2, 3, 4],
            Latents = 8,
            ActiveLatents = 2,
            Mode = Enum.Parse<RoutingMode>(mode),
            Aggregation = Enum.Parse<RouterAggregation>(aggregation),
        },
        seed: width);

    // The scale and the mean of hidden states grow with the layer.
    private static Tensor[] HiddenStates(int tokens, int width, ScalarType type)
    {
        using var generator = new Generator((ulong)width);
        return [.. Enumerable.Range(1, Layers).Select(layer => (randn(tokens, width, generator: generator) * layer * layer + layer).to(type))];
    }

    private static RoutedTokens Route(RouteSaeModel model, IReadOnlyList<Tensor> hiddenStates, int threads)
    {
        using var thread = new ThreadCount(threads);
        var routed = new RoutedTokens((int)hiddenStates[0].shape[0], Layers, model.Architecture.HiddenSize, keepAggregate: true);
        new RoutingKernel(model.Router.Weight, model.Architecture).Route(hiddenStates, rows: null, routed);
        return routed;
    }
}

internal static class RoutedTokensAssertions
{
    /// <summary>As TorchSharp operations route; where two hidden states are equally probable, either may be chosen.</summary>
    public static void ShouldBe(this RoutedTokens actual, RouteSaeModel model, IReadOnlyList<Tensor> hiddenStates)
    {
        model.Path = ComputePath.TorchOperations;
        var expected = model.Route(hiddenStates);
        actual.Probabilities.ShouldBeClose(expected.Probabilities, "probabilities");
        var largest = expected.Probabilities.topk(2, dim: 1).values;
        var clear = (largest.select(1, 0) - largest.select(1, 1) > 1e-5).nonzero().squeeze(1);
        clear.shape[0].Should().BePositive();
        actual.Chosen.index_select(0, clear).ShouldBeIdentical(expected.Chosen.index_select(0, clear), "choices");
        actual.X.index_select(0, clear).ShouldBeClose(expected.X.index_select(0, clear), "routed activations");
    }
}
