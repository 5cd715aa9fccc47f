using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Evaluation;
using RouteSae.LanguageModels;
using RouteSae.Tests.LanguageModels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Evaluation;

public sealed class AutoencoderEvaluatorTests : IDisposable
{
    private const int Width = 24;
    private static readonly int[] s_middle = [1, 2, 3];

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly DecoderModel _language = RandomModel.Create(RandomModel.Odd);

    public static TheoryData<string> Models => [.. PerfectModels.Names];

    public void Dispose()
    {
        _language.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_perfect_reconstruction_changes_no_prediction(string name)
    {
        using var model = PerfectModels.Create(name, Width, s_middle);

        var report = new AutoencoderEvaluator(_language, model).Evaluate([Padded()]);

        report.NormalizedMse.Should().BeLessThan(1e-10);
        report.ExplainedVariance.Should().BeApproximately(1, 1e-10);
        report.Tokens.Should().Be(19);
        var downstream = report.Downstream!;
        downstream.Predictions.Should().Be(17);
        downstream.KlPerToken.Should().BeInRange(0, 1e-7);
        downstream.DeltaCrossEntropy.Should().BeApproximately(0, 1e-5);
        downstream.LossRecoveredFromZero.Should().BeApproximately(1, 1e-4);
        downstream.LossRecoveredFromMean.Should().BeApproximately(1, 1e-4);
        downstream.ZeroAblatedCrossEntropy.Should().NotBeApproximately(downstream.CrossEntropy, 1e-2);
        downstream.MeanAblatedCrossEntropy.Should().NotBeApproximately(downstream.CrossEntropy, 1e-2);
    }

    [Theory] // not random: which hidden state a token gets depends on its number in the batch
    [InlineData("single")]
    [InlineData("routed")]
    [InlineData("multi")]
    [InlineData("crosscoder")]
    public void Padding_and_the_company_in_a_batch_change_nothing(string name)
    {
        using var model = PerfectModels.Create(name, Width, s_middle);
        var options = new EvaluationOptions { Selection = CodeSelection.Largest(5) };
        var evaluator = new AutoencoderEvaluator(_language, model, options);
        var ids = RandomModel.Ids(_language.Config, 2, 12);

        var together = evaluator.Evaluate([Padded()]);
        var alone = evaluator.Evaluate([
            new EvaluationBatch(ids.narrow(0, 0, 1).narrow(1, 0, 7).clone()),
            new EvaluationBatch(zeros(1, 3, ScalarType.Int64), zeros(1, 3, ScalarType.Bool)),
            new EvaluationBatch(ids.narrow(0, 1, 1).clone()),
        ]);

        alone.Tokens.Should().Be(together.Tokens);
        alone.NormalizedMse.Should().BeApproximately(together.NormalizedMse, 1e-6);
        alone.ExplainedVariance.Should().BeApproximately(together.ExplainedVariance, 1e-6);
        alone.RoutingShare.Should().Equal(together.RoutingShare);
        alone.Latents.Select(latent => latent.Count).Should().Equal(together.Latents.Select(latent => latent.Count));
        alone.Downstream!.Predictions.Should().Be(together.Downstream!.Predictions);
        alone.Downstream.CrossEntropy.Should().BeApproximately(together.Downstream.CrossEntropy, 1e-5);
        alone.Downstream.ReplacedCrossEntropy.Should().BeApproximately(together.Downstream.ReplacedCrossEntropy, 1e-5);
        alone.Downstream.ZeroAblatedCrossEntropy.Should().BeApproximately(together.Downstream.ZeroAblatedCrossEntropy, 1e-4);
        alone.Downstream.KlPerToken.Should().BeApproximately(together.Downstream.KlPerToken, 1e-5);
        alone.Downstream.KlPerSequence.Should().BeApproximately(together.Downstream.KlPerSequence, 1e-4);
    }

    [Fact]
    public void A_routed_evaluation_equals_dense_arithmetic()
    {
        using var model = (RouteSaeModel)PerfectModels.Create("routed", Width, s_middle);
        var selection = CodeSelection.Largest(5);
        var ids = RandomModel.Ids(_language.Config, 2, 9);
        var plain = _language.Forward(ids, null, new ForwardRequest { HiddenStates = s_middle, Logits = true });
        var states = s_middle.Select(index => plain.HiddenState(index).flatten(0, 1)).ToArray();
        var routed = model.Route(states);
        var x = routed.X;
        var reconstruction = model.Decode(model.Encode(x, selection));
        var highest = routed.Probabilities.amax([1L], keepdim: true);
        Tensor Logits(Func<int, Tensor, Tensor> replace) => _language.Forward(ids, null, new ForwardRequest
        {
            Logits = true,
            Edits = s_middle.Select((index, place) => (index, place)).ToDictionary(pair => pair.index, pair => (HiddenStateEdit)(hidden =>
            {
                var flat = hidden.flatten(0, 1);
                return where((routed.Chosen == pair.place).unsqueeze(1), replace(pair.place, flat), flat).view(hidden.shape);
            })),
        }).Logits!;
        var replaced = Logits((_, flat) =>
        {
            Tensor mean = flat.mean([1L], keepdim: true), deviation = flat.std(1, keepdim: true) + 1e-6;
            return model.Decode(model.Encode((flat - mean) / deviation * highest, selection)) / highest * deviation + mean;
        });
        var zero = Logits((_, flat) => zeros_like(flat));
        var averaged = Logits((place, flat) => states[place].mean([0L], keepdim: true).expand_as(flat));

        var report = new AutoencoderEvaluator(_language, model, new EvaluationOptions { Selection = selection }).Evaluate([new EvaluationBatch(ids.clone())]);

        report.NormalizedMse.Should().BeApproximately(((reconstruction - x).square().sum(1L) / x.square().sum(1L)).mean().item<float>(), 1e-5);
        report.ActiveLatents.Should().Be(5);
        report.RoutingShare[1].Should().BeApproximately((routed.Chosen == 1L).sum().item<long>() / 18.0, 1e-6);
        report.ChosenProbability.Should().BeApproximately(highest.mean().item<float>(), 1e-6);
        report.TokenEntropy.Should().BeApproximately(-(routed.Probabilities * routed.Probabilities.log()).sum(1L).mean().item<float>(), 1e-5);
        double before = CrossEntropy(plain.Logits!, ids), after = CrossEntropy(replaced, ids);
        var downstream = report.Downstream!;
        downstream.CrossEntropy.Should().BeApproximately(before, 1e-5);
        downstream.ReplacedCrossEntropy.Should().BeApproximately(after, 1e-5);
        downstream.ZeroAblatedCrossEntropy.Should().BeApproximately(CrossEntropy(zero, ids), 1e-4);
        downstream.MeanAblatedCrossEntropy.Should().BeApproximately(CrossEntropy(averaged, ids), 1e-4);
        downstream.DeltaCrossEntropy.Should().BeApproximately(after - before, 1e-5);
        downstream.LossRecoveredFromZero.Should().BeApproximately(1 - (after - before) / (CrossEntropy(zero, ids) - before), 1e-4);
        downstream.LossRecoveredFromMean.Should().BeApproximately(1 - (after - before) / (CrossEntropy(averaged, ids) - before), 1e-4);
        downstream.KlPerSequence.Should().BeApproximately(9 * downstream.KlPerToken, 1e-9);
    }

    [Fact]
    public void Tokens_that_are_not_real_are_neither_encoded_nor_replaced()
    {
        using var model = PerfectModels.Create("single", Width, s_middle);
        var ids = RandomModel.Ids(_language.Config, 2, 9);
        var real = ones(2, 9, ScalarType.Bool);
        real.narrow(1, 0, 2).fill_(false);
        var zero = _language.Forward(ids, null, new ForwardRequest
        {
            Logits = true,
            Edits = new Dictionary<int, HiddenStateEdit> { [1] = hidden => hidden * real.logical_not().unsqueeze(2) },
        }).Logits!;

        var report = new AutoencoderEvaluator(_language, model).Evaluate([new EvaluationBatch(ids.clone(), null, real.clone())]);

        report.Tokens.Should().Be(14);
        report.Downstream!.Predictions.Should().Be(14);
        report.Downstream.ZeroAblatedCrossEntropy.Should().BeApproximately(CrossEntropy(zero.narrow(1, 1, 8), ids.narrow(1, 1, 8)), 1e-4);
    }

    [Fact]
    public void A_first_token_behind_padding_on_the_left_is_not_predicted()
    {
        using var model = PerfectModels.Create("single", Width, s_middle);
        var batch = new EvaluationBatch(RandomModel.Ids(_language.Config, 2, 5), RandomModel.Mask("00111", "11111"));

        new AutoencoderEvaluator(_language, model).Evaluate([batch]).Downstream!.Predictions.Should().Be(6);
    }

    [Fact]
    public void Latents_say_how_often_and_where_they_fire()
    {
        using var model = PerfectModels.Create("routed", Width, s_middle);

        var report = new AutoencoderEvaluator(_language, model, new EvaluationOptions { Selection = CodeSelection.Largest(3), Downstream = false }).Evaluate([Padded()]);

        report.Latents.Should().HaveCount(2 * Width);
        report.Latents.Sum(latent => latent.Density).Should().BeApproximately(report.ActiveLatents, 1e-9);
        report.DeadLatents.Should().Be(report.Latents.Count(latent => latent.Count == 0)).And.BeGreaterThan(0);
        report.Latents.Where(latent => latent.Count > 0).Should().OnlyContain(latent =>
            Math.Abs(latent.OriginByCount.Sum() - 1) < 1e-9 && Math.Abs(latent.OriginByActivation.Sum() - 1) < 1e-9);
        for (var place = 0; place < 3; place++)
            report.Latents.Sum(latent => latent.Count * latent.OriginByCount[place]).Should().BeApproximately(3 * 19 * report.RoutingShare[place], 1e-4);
        report.ShareEntropy.Should().BeApproximately(RoutingEntropy.OfShares(report.RoutingShare), 1e-12);
        report.Downstream.Should().BeNull();
        report.HiddenStates.Should().Equal(s_middle);
        report.Autoencoder.Should().Be(model.Description);
    }

    [Fact]
    public void Without_a_router_there_are_no_probabilities()
    {
        using var model = PerfectModels.Create("multi", Width, s_middle);

        var report = new AutoencoderEvaluator(_language, model).Evaluate([Padded()]);

        report.TokenEntropy.Should().BeNull();
        report.ChosenProbability.Should().BeNull();
        report.RoutingShare.Should().AllSatisfy(share => share.Should().BeApproximately(1.0 / 3, 1e-12));
        report.Latents[0].Density.Should().BeApproximately(report.Latents[0].Count / 57.0, 1e-12);
    }

    [Fact]
    public void Soft_routing_has_no_downstream_numbers()
    {
        using var model = PerfectModels.Create("soft", Width, s_middle);

        var report = new AutoencoderEvaluator(_language, model).Evaluate([Padded()]);

        report.Downstream.Should().BeNull();
        report.NormalizedMse.Should().BeLessThan(1e-10);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_language_model_in_bfloat16_is_evaluated_like_any_other(string name)
    {
        var (single, brain) = RandomModel.CreateBoth(RandomModel.Even);
        using var first = single;
        using var second = brain;
        using var model = PerfectModels.Create(name, 128, [1, 2]);
        EvaluationBatch Batch() => new(RandomModel.Ids(single.Config, 2, 32));

        var expected = new AutoencoderEvaluator(single, model).Evaluate([Batch()]).Downstream!;
        var report = new AutoencoderEvaluator(brain, model).Evaluate([Batch()]).Downstream!;

        report.CrossEntropy.Should().BeApproximately(expected.CrossEntropy, 0.05);
        report.ZeroAblatedCrossEntropy.Should().BeApproximately(expected.ZeroAblatedCrossEntropy, 0.05);
        report.KlPerToken.Should().BeInRange(0, 0.01);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Evaluating_leaves_no_tensor(string name)
    {
        using var model = PerfectModels.Create(name, Width, s_middle);
        var evaluator = new AutoencoderEvaluator(_language, model, new EvaluationOptions { Selection = CodeSelection.Above(0.1) });
        void Evaluate()
        {
            using var scope = NewDisposeScope();
            evaluator.Evaluate([Padded(), Padded()]);
        }

        Evaluate();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 3; i++)
            Evaluate();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    [Fact]
    public void Progress_counts_batches_and_tokens_and_batches_are_disposed()
    {
        using var model = PerfectModels.Create("single", Width, s_middle);
        var reports = new List<EvaluationProgress>();
        var batches = new[] { Padded(), Padded() };

        new AutoencoderEvaluator(_language, model, new EvaluationOptions { Downstream = false }).Evaluate(batches, new Listener(reports));

        reports.Select(report => (report.Batches, report.Tokens)).Should().Equal((1, 19L), (2, 38L));
        batches.Should().OnlyContain(batch => batch.InputIds.IsInvalid && batch.RealTokens!.IsInvalid);
    }

    [Fact]
    public void Cancelling_stops_before_the_next_batch()
    {
        using var model = PerfectModels.Create("single", Width, s_middle);
        using var source = new CancellationTokenSource();
        var reports = new List<EvaluationProgress>();
        IEnumerable<EvaluationBatch> Batches()
        {
            yield return Padded();
            source.Cancel();
            yield return Padded();
        }

        var evaluate = () => new AutoencoderEvaluator(_language, model).Evaluate(Batches(), new Listener(reports), source.Token);

        evaluate.Should().Throw<OperationCanceledException>();
        reports.Should().HaveCount(1);
    }

    private EvaluationBatch Padded() => new(RandomModel.Ids(_language.Config, 2, 12), RandomModel.Mask("111111100000", "111111111111"));

    private static double CrossEntropy(Tensor logits, Tensor ids)
    {
        var steps = logits.shape[1] - 1;
        var probabilities = logits.narrow(1, 0, steps).to(ScalarType.Float64).softmax(2);
        return -probabilities.gather(2, ids.narrow(1, 1, steps).unsqueeze(2)).log().mean().item<double>();
    }

    private sealed class Listener(List<EvaluationProgress> reports) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => reports.Add(value);
    }
}
