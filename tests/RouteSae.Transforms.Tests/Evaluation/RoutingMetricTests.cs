using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Autoencoders.Statistics;
using RouteSae.Evaluation;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Evaluation;

public sealed class RoutingMetricTests
{
    [Fact]
    public void Share_is_the_mean_of_the_layer_weights()
    {
        using var scope = NewDisposeScope();
        var share = new RoutingShare(2);

        share.Add(tensor(new float[] { 1, 0, 1, 0, 0, 1 }).view(3, 2));
        share.Add(tensor(new float[] { 0.75f, 0.25f }).view(1, 2));

        share.Activations.Should().Be(4);
        share.Sums.Should().Equal(2.75, 1.25);
        share.Value.Should().Equal(2.75 / 4, 1.25 / 4);
    }

    [Fact]
    public void Entropy_of_shares_and_of_tokens_by_hand()
    {
        using var scope = NewDisposeScope();
        var entropy = new RoutingEntropy();

        entropy.Add(tensor(new float[] { 0.5f, 0.5f, 1, 0 }).view(2, 2));
        entropy.Add(tensor(new float[] { 0.25f, 0.75f }).view(1, 2));

        entropy.Tokens.Should().Be(3);
        entropy.Value.Should().BeApproximately((Math.Log(2) + 0.25 * Math.Log(4) + 0.75 * Math.Log(4.0 / 3)) / 3, 1e-12);
        RoutingEntropy.OfShares([0.25, 0.75, 0]).Should().BeApproximately(0.25 * Math.Log(4) + 0.75 * Math.Log(4.0 / 3), 1e-12);
    }

    [Fact]
    public void Chosen_probability_is_the_mean_of_the_largest()
    {
        using var scope = NewDisposeScope();
        var chosen = new ChosenProbability();

        chosen.Add(tensor(new float[] { 0.5f, 0.5f, 1, 0 }).view(2, 2));
        chosen.Add(tensor(new float[] { 0.25f, 0.75f }).view(1, 2));

        chosen.Tokens.Should().Be(3);
        chosen.Value.Should().BeApproximately(0.75, 1e-12);
    }

    [Fact]
    public void Layer_of_origin_of_hard_routing_by_hand()
    {
        using var scope = NewDisposeScope();
        var origin = new LayerOfOrigin(latents: 4, hiddenStates: 2);

        // Latent 0 fires on hidden states 0 (with 1), 0 (with 2) and 1 (with 5); latent 2 with −3 on 1; latent 1 not at all.
        origin.Add(Codes([0, 1, 0, 2], [1, 0, 5, -3]), tensor(new float[] { 1, 0, 0, 1 }).view(2, 2));
        origin.Add(Codes([0, 3], [2, 0]), tensor(new float[] { 1, 0 }).view(1, 2));

        origin.ByCount(0).Should().Equal(2.0 / 3, 1.0 / 3);
        origin.ByActivation(0).Should().Equal(3.0 / 8, 5.0 / 8);
        origin.ByCount(2).Should().Equal(0, 1);
        origin.ByActivation(2).Should().Equal(0, 1);
        origin.ByCount(1).Should().Equal(0, 0);
        origin.ByActivation(3).Should().Equal(0, 0);
    }

    [Fact]
    public void Layer_of_origin_of_soft_routing_divides_a_token_by_its_weights()
    {
        using var scope = NewDisposeScope();
        var origin = new LayerOfOrigin(latents: 2, hiddenStates: 2);

        origin.Add(Codes([0, 1, 0, 1], [1, 4, 3, 0]), tensor(new float[] { 0.75f, 0.25f, 0.5f, 0.5f }).view(2, 2));

        origin.ByCount(0).Should().Equal(0.625, 0.375);
        origin.ByActivation(0).Should().Equal((0.75 + 1.5) / 4, (0.25 + 1.5) / 4);
        origin.ByCount(1).Should().Equal(0.75, 0.25);
    }

    [Fact]
    public void Adding_batches_leaves_no_tensor()
    {
        using var codes = Codes([0, 1, 0, 2], [1, 0, 5, -3]);
        using var weights = tensor(new float[] { 0.25f, 0.75f, 0.5f, 0.5f }, dimensions: [2, 2]);
        using var logits = zeros(2, 3, 4);
        using var ids = zeros(2, 3, ScalarType.Int64);
        using var mask = ones(2, 3, ScalarType.Bool);
        var origin = new LayerOfOrigin(4, 2);
        var (share, entropy, chosen, density, kl) = (new RoutingShare(2), new RoutingEntropy(), new ChosenProbability(), new ActivationDensity(4), new KlDivergence());
        var (crossEntropy, variance, mse) = (new NextTokenCrossEntropy(), new ExplainedVariance(), new MeanNormalizedMse());
        void AddAll()
        {
            origin.Add(codes, weights);
            origin.ByCount(0);
            share.Add(weights);
            entropy.Add(weights);
            chosen.Add(weights);
            density.Add(codes);
            kl.Add(logits, logits);
            kl.Add(logits, logits, mask);
            crossEntropy.Add(logits, ids);
            crossEntropy.Add(logits, ids, mask);
            variance.Add(weights, weights);
            mse.Add(weights, weights);
        }

        AddAll();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 20; i++)
            AddAll();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Layer_weights_of_another_shape_are_refused()
    {
        using var scope = NewDisposeScope();
        var origin = new LayerOfOrigin(latents: 4, hiddenStates: 2);
        var columns = () => new RoutingShare(3).Add(zeros(5, 2));
        var rows = () => origin.Add(Codes([0, 1], [1, 1]), zeros(2, 2));

        columns.Should().Throw<ArgumentException>().WithMessage("The layer weights have shape [5, 2]; [tokens, 3] is expected, one column for each of the hidden states.");
        rows.Should().Throw<ArgumentException>().WithMessage("There are layer weights of 2 activations, but 1 codes.*");
    }

    private static SparseCodes Codes(long[] indices, float[] values)
    {
        using var scope = NewDisposeScope();
        return new SparseCodes(
            tensor(indices).view(-1, 2).MoveToOuterDisposeScope(), tensor(values).view(-1, 2).MoveToOuterDisposeScope());
    }
}
