using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Statistics;
using RouteSae.Evaluation;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Evaluation;

public sealed class ReconstructionMetricTests
{
    [Fact]
    public void Normalised_mse_is_the_mean_over_all_activations_of_all_batches()
    {
        using var scope = NewDisposeScope();
        var metric = new MeanNormalizedMse();

        // (9 + 16) / 25 = 1 and (0 + 1) / 2 = 0.5, then 0
        metric.Add(tensor(new float[] { 0, 0, 1, 2 }).view(2, 2), tensor(new float[] { 3, 4, 1, 1 }).view(2, 2));
        metric.Add(tensor(new float[] { 5, 5 }).view(1, 2), tensor(new float[] { 5, 5 }).view(1, 2));

        metric.Activations.Should().Be(3);
        metric.Value.Should().BeApproximately(0.5, 1e-12);
    }

    [Fact]
    public void Normalised_mse_of_several_hidden_states_counts_each_of_them()
    {
        using var scope = NewDisposeScope();
        var metric = new MeanNormalizedMse();

        // One token, two hidden states: 1 and 0.25.
        metric.Add(tensor(new float[] { 0, 0, 1, 1 }).view(1, 2, 2), tensor(new float[] { 1, 1, 2, 2 }).view(1, 2, 2));

        metric.Activations.Should().Be(2);
        metric.Value.Should().BeApproximately(0.625, 1e-12);
    }

    [Fact]
    public void Explained_variance_by_hand()
    {
        using var scope = NewDisposeScope();
        var metric = new ExplainedVariance();

        // x̄ = (3, 10), distances 8 + 8; the error is 1 + 1.
        metric.Add(tensor(new float[] { 1, 11, 5, 9 }).view(2, 2), tensor(new float[] { 1, 12, 5, 8 }).view(2, 2));

        metric.Tokens.Should().Be(2);
        metric.Unexplained.Should().BeApproximately(2.0 / 16, 1e-12);
        metric.Value.Should().BeApproximately(14.0 / 16, 1e-12);
    }

    [Fact]
    public void Explained_variance_of_the_mean_is_zero_and_of_the_activations_themselves_is_one()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var x = randn([50, 6], generator: generator) + 100;
        var (mean, perfect, zero) = (new ExplainedVariance(), new ExplainedVariance(), new ExplainedVariance());

        mean.Add(x.mean([0L], keepdim: true).expand_as(x), x);
        perfect.Add(x, x);
        zero.Add(zeros_like(x), x);

        mean.Value.Should().BeApproximately(0, 1e-6);
        perfect.Value.Should().Be(1);
        zero.Value.Should().BeLessThan(-1000, "zeros are far worse than the mean of activations around 100");
    }

    [Fact]
    public void Explained_variance_does_not_depend_on_how_the_tokens_are_cut_into_batches()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        var x = randn([60, 5], generator: generator) * 0.01 + linspace(0, 1e4, 60).unsqueeze(1);
        var reconstruction = x + randn([60, 5], generator: generator);
        var (whole, parts) = (new ExplainedVariance(), new ExplainedVariance());

        whole.Add(reconstruction, x);
        foreach (var (first, count) in new[] { (0, 1), (1, 29), (30, 0), (30, 30) })
            parts.Add(reconstruction.narrow(0, first, count), x.narrow(0, first, count));

        var wide = x.to(ScalarType.Float64);
        var expected = ((reconstruction.to(ScalarType.Float64) - wide).square().sum() / (wide - wide.mean([0L])).square().sum()).item<double>();
        whole.Unexplained.Should().BeApproximately(expected, expected * 1e-10);
        parts.Unexplained.Should().BeApproximately(expected, expected * 1e-10);
        parts.Tokens.Should().Be(60);
    }

    [Fact]
    public void Explained_variance_of_several_hidden_states_is_about_the_mean_of_each()
    {
        using var scope = NewDisposeScope();
        var metric = new ExplainedVariance();
        var x = tensor(new float[] { 1, 100, 3, 102 }).view(2, 2, 1);

        metric.Add(x + tensor(new float[] { 1, 0, 0, 0 }).view(2, 2, 1), x);

        metric.Unexplained.Should().BeApproximately(1.0 / 4, 1e-12);
    }

    [Fact]
    public void Explained_variance_of_more_numbers_than_are_held_in_float64_at_once()
    {
        using var scope = NewDisposeScope();
        var metric = new ExplainedVariance();
        var x = ones(600, 4096);
        x.narrow(0, 0, 300).neg_();

        metric.Add(x * 0.5, x);

        metric.Unexplained.Should().BeApproximately(0.25, 1e-12);
    }

    [Fact]
    public void L0_counts_values_that_are_not_zero()
    {
        using var scope = NewDisposeScope();
        var metric = new MeanActiveLatents();

        metric.Add(Codes([0, 1, 0, 2], [1, 0, 2, -1]));
        metric.Add(Codes([3, 1], [0, 0]));

        metric.Codes.Should().Be(3);
        metric.Value.Should().BeApproximately(3.0 / 3, 1e-12);
    }

    [Fact]
    public void Density_is_the_part_of_the_codes_in_which_a_latent_fires()
    {
        using var scope = NewDisposeScope();
        var density = new ActivationDensity(5);

        density.Add(Codes([0, 1, 0, 2], [1, 0, 2, -1]));
        density.Add(Codes([0, 2], [0.5f, 0.5f]));
        density.Add(Codes([3, 4], [0, 0]));

        density.Codes.Should().Be(4);
        density.Counts.Should().Equal(3, 0, 2, 0, 0);
        density[0].Should().Be(0.75);
        density[2].Should().Be(0.5);
        DeadLatents.Count(density).Should().Be(3);
        DeadLatents.Fraction(density).Should().Be(0.6);
    }

    [Fact]
    public void Metrics_of_nothing_are_not_numbers()
    {
        using var scope = NewDisposeScope();
        new MeanNormalizedMse().Value.Should().Be(double.NaN);
        new ExplainedVariance().Value.Should().Be(double.NaN);
        new MeanActiveLatents().Value.Should().Be(double.NaN);
        new ActivationDensity(3)[1].Should().Be(double.NaN);
        DeadLatents.Count(new ActivationDensity(3)).Should().Be(3);
    }

    [Fact]
    public void Tensors_that_do_not_belong_together_are_refused()
    {
        using var scope = NewDisposeScope();
        var broadcast = () => new MeanNormalizedMse().Add(zeros(1, 3), ones(4, 3));
        var variance = () => new ExplainedVariance().Add(zeros(4, 1), ones(4, 3));
        var width = () =>
        {
            var metric = new ExplainedVariance();
            metric.Add(zeros(4, 3), ones(4, 3));
            metric.Add(zeros(4, 2), ones(4, 2));
        };
        var latent = () => new ActivationDensity(3).Add(Codes([0, 3], [1, 1]));

        broadcast.Should().Throw<ArgumentException>().WithMessage("The reconstructions have shape [1, 3], but the activations have [4, 3]; both must be the same.");
        variance.Should().Throw<ArgumentException>().WithMessage("The reconstructions have shape [4, 1], but the activations have [4, 3]; both must be the same.");
        width.Should().Throw<ArgumentException>().WithMessage("These activations have 2 values a token, those before had 3.");
        latent.Should().Throw<ArgumentException>().WithMessage("The codes name latent 3, but there are only 3 (0 to 2).*");
    }

    private static SparseCodes Codes(long[] indices, float[] values) => new(tensor(indices).view(-1, 2), tensor(values).view(-1, 2));
}
