using System.Text.Json;
using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Evaluation;
using RouteSae.Tests.Golden;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Evaluation;

public sealed class LogitMetricTests
{
    [Fact]
    public void Kl_divergence_by_hand()
    {
        using var scope = NewDisposeScope();
        var metric = new KlDivergence();

        // Two sequences of two tokens. KL((1/2, 1/2) ‖ (1/4, 3/4)) = ½ ln 2 + ½ ln ⅔ = ½ ln 4/3; a token whose logits are shifted has 0.
        var original = Logits([0.5, 0.5, 0.5, 0.5, 0.2, 0.8, 0.5, 0.5]).view(2, 2, 2);
        var replaced = Logits([0.25, 0.75, 0.25, 0.75, 0.2, 0.8, 0.5, 0.5]).view(2, 2, 2) + 7;
        metric.Add(original, replaced);

        metric.Sum.Should().BeApproximately(Math.Log(4.0 / 3), 1e-6);
        metric.PerToken.Should().BeApproximately(Math.Log(4.0 / 3) / 4, 1e-6);
        metric.PerSequence.Should().BeApproximately(Math.Log(4.0 / 3) / 2, 1e-6);
    }

    [Fact]
    public void Kl_divergence_counts_the_tokens_of_the_mask_alone()
    {
        using var scope = NewDisposeScope();
        var metric = new KlDivergence();
        var original = Logits([0.5, 0.5, 0.5, 0.5, 0.2, 0.8, 0.5, 0.5]).view(2, 2, 2);
        var replaced = Logits([0.25, 0.75, 0.9, 0.1, 0.6, 0.4, 0.5, 0.5]).view(2, 2, 2);

        metric.Add(original, replaced, tensor(new[] { true, false, false, true }).view(2, 2));
        metric.Add(original, replaced, tensor(new[] { false, false, false, false }).view(2, 2));

        metric.Tokens.Should().Be(2);
        metric.Sequences.Should().Be(4);
        metric.Sum.Should().BeApproximately(Math.Log(4.0 / 3) / 2, 1e-6);
    }

    [Fact]
    public void Kl_divergence_of_equal_logits_is_exactly_zero_however_extreme_they_are()
    {
        using var scope = NewDisposeScope();
        var metric = new KlDivergence();
        var logits = tensor(new float[] { 1000, -1000, 0, 1e-3f, 3, 500 }).view(1, 2, 3);

        metric.Add(logits, logits.clone());

        metric.Sum.Should().Be(0);
    }

    [Fact]
    public void Kl_divergence_of_more_logits_than_are_held_in_float64_at_once()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var original = randn([3, 100, 5000], generator: generator); // 1.5 million
        var replaced = randn([3, 100, 5000], generator: generator);
        var mask = rand([3, 100], generator: generator) > 0.1;
        var (all, masked) = (new KlDivergence(), new KlDivergence());

        all.Add(original, replaced);
        masked.Add(original, replaced, mask);

        var p = original.to(ScalarType.Float64).softmax(2);
        var perToken = (p * (p.log() - replaced.to(ScalarType.Float64).softmax(2).log())).sum(2L);
        all.Sum.Should().BeApproximately(perToken.sum().item<double>(), 1e-8);
        masked.Sum.Should().BeApproximately(perToken.masked_select(mask).sum().item<double>(), 1e-8);
        masked.Tokens.Should().Be(mask.sum().item<long>());
    }

    [Fact]
    public void Cross_entropy_by_hand()
    {
        using var scope = NewDisposeScope();
        var metric = new NextTokenCrossEntropy();

        // Token 1 is predicted with 1/4, token 2 with 1/2; what follows token 2 is not known.
        metric.Add(Logits([0.75, 0.25, 0.5, 0.5, 0.1, 0.9]).view(1, 3, 2), tensor(new long[] { 0, 1, 0 }).view(1, 3));

        metric.Predictions.Should().Be(2);
        metric.Value.Should().BeApproximately((Math.Log(4) + Math.Log(2)) / 2, 1e-6);
    }

    [Fact]
    public void Cross_entropy_counts_predictions_of_real_tokens_alone()
    {
        using var scope = NewDisposeScope();
        var metric = new NextTokenCrossEntropy();
        var logits = Logits([0.75, 0.25, 0.5, 0.5, 0.1, 0.9, 0.75, 0.25, 0.5, 0.5, 0.1, 0.9]).view(2, 3, 2);
        var ids = tensor(new long[] { 0, 1, 0, 0, 1, 0 }).view(2, 3);
        var mask = tensor(new[] { true, true, false, true, true, true }).view(2, 3);

        metric.Add(logits, ids, mask);

        metric.Predictions.Should().Be(3);
        metric.Value.Should().BeApproximately((2 * Math.Log(4) + Math.Log(2)) / 3, 1e-6);
        mask.data<bool>().ToArray().Should().Equal(true, true, false, true, true, true);
    }

    [Fact]
    public void Cross_entropy_of_single_tokens_is_that_of_nothing()
    {
        using var scope = NewDisposeScope();
        var metric = new NextTokenCrossEntropy();

        metric.Add(zeros(2, 1, 5), zeros(2, 1, ScalarType.Int64));

        metric.Predictions.Should().Be(0);
        metric.Value.Should().Be(double.NaN);
    }

    [Fact]
    public void Delta_and_recovered_by_hand()
    {
        DeltaCrossEntropy.Of(original: 2, replaced: 2.5).Should().Be(0.5);
        LossRecovered.Of(original: 2, replaced: 2.5, ablated: 4).Should().Be(0.75);
        LossRecovered.Of(original: 2, replaced: 2, ablated: 4).Should().Be(1);
        LossRecovered.Of(original: 2, replaced: 4, ablated: 4).Should().Be(0);
        LossRecovered.Of(original: 2, replaced: 2, ablated: 2).Should().Be(double.NaN);
        LossRecovered.Of(original: 2, replaced: 2, ablated: 2, Fidelity.Reference).Should().Be(1);
    }

    [Fact]
    public void All_equal_the_reference()
    {
        using var tensors = new GoldenTensors(RepositoryFiles.Golden("sae", "functions.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllText(RepositoryFiles.Golden("sae", "functions.json")));
        var expected = json.RootElement.GetProperty("metrics");
        var original = tensors["metrics.logits_original"];
        var kl = new KlDivergence();
        double CrossEntropy(string name)
        {
            var metric = new NextTokenCrossEntropy();
            metric.Add(tensors[name], tensors["metrics.input_ids"]);
            return metric.Value;
        }

        kl.Add(original, tensors["metrics.logits_reconstruct"]);
        var (before, replaced, zero) = (CrossEntropy("metrics.logits_original"), CrossEntropy("metrics.logits_reconstruct"), CrossEntropy("metrics.logits_zero"));
        var recovered = LossRecovered.Of(before, replaced, zero, Fidelity.Reference);

        // Against the reference in float64, and in float32 as it is published.
        kl.PerSequence.Should().BeApproximately(expected.GetProperty("KLDiv_f64").GetDouble(), 1e-12);
        DeltaCrossEntropy.Of(before, replaced).Should().BeApproximately(expected.GetProperty("DeltaCE_f64").GetDouble(), 1e-12);
        recovered.Should().BeApproximately(expected.GetProperty("Recovered_f64").GetDouble(), 1e-12);
        kl.PerSequence.Should().BeApproximately(expected.GetProperty("KLDiv").GetDouble(), 1e-6);
        DeltaCrossEntropy.Of(before, replaced).Should().BeApproximately(expected.GetProperty("DeltaCE").GetDouble(), 1e-6);
        recovered.Should().BeApproximately(expected.GetProperty("Recovered").GetDouble(), 1e-6);
    }

    [Fact]
    public void Tensors_that_do_not_belong_together_are_refused()
    {
        using var scope = NewDisposeScope();
        var dimensions = () => new KlDivergence().Add(zeros(3, 4), zeros(3, 4));
        var shapes = () => new KlDivergence().Add(zeros(2, 3, 4), zeros(1, 3, 4));
        var mask = () => new KlDivergence().Add(zeros(2, 3, 4), zeros(2, 3, 4), ones(2, 3));
        var ids = () => new NextTokenCrossEntropy().Add(zeros(2, 3, 4), zeros(2, 4, ScalarType.Int64));

        dimensions.Should().Throw<ArgumentException>().WithMessage("The logits have shape [3, 4]; [batch, positions, vocabulary] is expected.*");
        shapes.Should().Throw<ArgumentException>().WithMessage("The original logits have shape [2, 3, 4], but the replaced logits have [1, 3, 4]; both must be the same.");
        mask.Should().Throw<ArgumentException>().WithMessage("The mask is Float32 [2, 3]; the logits ask for Bool [2, 3].*");
        ids.Should().Throw<ArgumentException>().WithMessage("The token ids have shape [2, 4]; the logits ask for [2, 3].*");
    }

    private static Tensor Logits(double[] probabilities) => tensor(probabilities, ScalarType.Float32).log();
}
