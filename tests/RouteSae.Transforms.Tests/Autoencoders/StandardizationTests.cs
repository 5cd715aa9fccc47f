using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Autoencoders;

public sealed class StandardizationTests
{
    [Fact]
    public void EdgeCasesEqualReferenceTokensWithoutVarianceIncluded()
    {
        using var golden = new GoldenTensors(RepositoryFiles.Golden("sae", "functions.safetensors"));
        using var standardized = Standardization.Apply(golden["pre_process.input"]);

        standardized.Mean.ShouldBeClose(golden["pre_process.mean"], "mean");
        standardized.StandardDeviation.ShouldBeClose(golden["pre_process.std"], "standard deviation");
        standardized.Values.ShouldBeClose(golden["pre_process.x"], "x");
    }

    [Theory]
    [InlineData("routesae_sum_hard_a")]
    [InlineData("routesae_mean_soft_a")]
    [InlineData("topk_a")]
    public void HiddenStatesAreStandardizedAsByTheReference(string name)
    {
        using var golden = new AutoencoderCase(name);
        using var standardized = Standardization.Apply(golden.Tensors["input.hidden_states"][0]);

        standardized.Values.ShouldBeClose(golden.Tensors["pre.x"], "x");
        standardized.Mean.ShouldBeClose(golden.Tensors["pre.mean"], "mean");
        standardized.StandardDeviation.ShouldBeClose(golden.Tensors["pre.std"], "standard deviation");
    }

    [Fact]
    public void ValuesTimesDeviationPlusMeanGiveTheHiddenStateBack()
    {
        using var scope = NewDisposeScope();
        var hidden = randn([6, 16]) * 40 + 7;

        var standardized = Standardization.Apply(hidden);

        (standardized.Values * (standardized.StandardDeviation + Standardization.Epsilon) + standardized.Mean)
            .ShouldBeClose(hidden, "hidden state", absolute: 1e-4);
        standardized.Values.mean([-1]).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }
}
