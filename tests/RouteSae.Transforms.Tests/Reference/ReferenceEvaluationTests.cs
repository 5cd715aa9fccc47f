using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Evaluation;
using RouteSae.LanguageModels;
using RouteSae.Reference;
using RouteSae.Tests.Golden;
using RouteSae.Tests.LanguageModels;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Reference;

/// <summary>Every run of the authors' evaluation program on a small language model, against what it reported.</summary>
public sealed class ReferenceEvaluationTests : IDisposable
{
    private static readonly IReadOnlyList<EvaluationRun> s_runs = EvaluationRun.All();

    private readonly GoldenModel _language = new("llama_gqa_untied");

    public static TheoryData<int, string> Runs(bool failing)
    {
        var data = new TheoryData<int, string>();
        for (var i = 0; i < s_runs.Count; i++)
        {
            if (s_runs[i].Error is not null == failing)
                data.Add(i, s_runs[i].Name);
        }
        return data;
    }

    public void Dispose() => _language.Dispose();

    [Theory]
    [MemberData(nameof(Runs), false)]
    public void A_run_reports_what_the_reference_reports(int number, string name)
    {
        var run = s_runs[number];
        using var autoencoder = run.Model();

        var report = new ReferenceEvaluation(_language.Model, autoencoder, run.Options).Evaluate(EvaluationRun.Batches());

        report.BatchLosses.Should().HaveSameCount(run.BatchLosses, name);
        for (var batch = 0; batch < run.BatchLosses.Length; batch++)
            ShouldBeClose(report.BatchLosses[batch], run.BatchLosses[batch], $"batch {batch}");
        ShouldBeClose(report.AverageLoss, run.AverageLoss, "the average");
        for (var batch = 0; batch < run.Counts.Length; batch++)
            report.BatchActiveLatents[batch].Should().BeApproximately(run.Counts[batch], 1e-4, $"L0 of batch {batch}");
        for (var place = 0; place < run.LayerWeights?.Length; place++)
            ShouldBeClose(report.LayerWeightSums[place], run.LayerWeights[place], $"the layer weights of place {place}");
    }

    [Theory]
    [MemberData(nameof(Runs), true)]
    public void What_the_reference_refuses_is_refused_before_anything_runs(int number, string name)
    {
        var run = s_runs[number];
        using var autoencoder = run.Model();

        var create = () => new ReferenceEvaluation(_language.Model, autoencoder, run.Options);

        create.Should().Throw<ArgumentException>(name).WithMessage(autoencoder is CrosscoderModel
            ? "The reference's evaluation cannot be used:*- The reference has no KlDivergence for crosscoders. Use NormalizedMse, or AutoencoderEvaluator."
            : "The reference's evaluation cannot be used:*- The reference has no KlDivergence for soft routing: a mixture of hidden states cannot take the place of one. Use NormalizedMse.");
    }

    [Fact]
    public void All_runs_of_the_reference_are_compared()
    {
        s_runs.Should().HaveCount(56);
        s_runs.Count(run => run.Error is not null).Should().Be(2);
    }

    [Theory]
    [InlineData("topk", "tuple")]
    [InlineData("routesae", "tensor")]
    public void The_logits_of_the_first_batch_equal_the_references(string sae, string mode)
    {
        using var scope = NewDisposeScope();
        using var golden = EvaluationRun.Logits();
        var run = s_runs.First(run => run.Name == $"{sae} Recovered k= theta= {mode}");
        using var autoencoder = run.Model();
        using var batch = EvaluationRun.Batches().First();
        var output = _language.Model.Forward(batch.InputIds, batch.AttentionMask, new ForwardRequest { HiddenStates = autoencoder.HiddenStates, Logits = true });
        var states = autoencoder.HiddenStates.Select(index => output.HiddenState(index).flatten(0, 1)).ToArray();
        var pass = autoencoder.Replacements(states, selection: null)!.Single();
        var forward = new EditedForward(_language.Model, batch, arange(48, ScalarType.Int64));
        var prefix = $"{sae}.Recovered.{mode}.logits_";

        output.Logits!.ShouldBeClose(golden[prefix + "original"], "the original logits");
        forward.Logits(pass, Ablation.Reconstruction).ShouldBeClose(golden[prefix + "reconstruct"], "the logits of the reconstruction");
        // The norms of later layers magnify the rounding errors of the little that follows zeros.
        forward.Logits(pass, Ablation.Zero).ShouldBeClose(golden[prefix + "zero"], "the logits of the zero ablation", absolute: 5e-5);
    }

    [Fact]
    public void Runs_leave_no_tensor()
    {
        foreach (var sae in new[] { "routesae Recovered k= theta= tensor", "mlsae KLDiv k= theta= tuple", "crosscoder NormMSE k= theta=0.5 tuple" })
        {
            var run = s_runs.First(run => run.Name == sae);
            using var autoencoder = run.Model();
            var evaluation = new ReferenceEvaluation(_language.Model, autoencoder, run.Options);
            evaluation.Evaluate(EvaluationRun.Batches());
            var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

            evaluation.Evaluate(EvaluationRun.Batches());

            DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before, sae);
        }
    }

    [Fact]
    public void Models_and_metrics_that_the_program_does_not_have_are_refused()
    {
        using var corrected = s_runs.First(run => run.Name.StartsWith("topk", StringComparison.Ordinal)).Model(Fidelity.Corrected);
        using var multiLayer = s_runs.First(run => run.Name.StartsWith("mlsae", StringComparison.Ordinal)).Model();
        var fidelity = () => new ReferenceEvaluation(_language.Model, corrected);
        var metric = () => new ReferenceEvaluation(_language.Model, multiLayer, new ReferenceEvaluationOptions { Metric = ReferenceMetric.LossRecovered });

        fidelity.Should().Throw<ArgumentException>().WithMessage(
            "*- The autoencoder computes with Fidelity.Corrected, which the authors' program does not. Load it with Fidelity.Reference, or use AutoencoderEvaluator.");
        metric.Should().Throw<ArgumentException>().WithMessage(
            "*- The reference has no LossRecovered for MLSAE. Use NormalizedMse or KlDivergence, or AutoencoderEvaluator.");
    }

    [Fact]
    public void A_run_without_batches_says_so()
    {
        using var autoencoder = s_runs[0].Model();
        var evaluate = () => new ReferenceEvaluation(_language.Model, autoencoder).Evaluate([]);

        evaluate.Should().Throw<ArgumentException>().WithMessage("There is nothing to evaluate: there is no batch.*");
    }

    private static void ShouldBeClose(double actual, double expected, string what) =>
        actual.Should().BeApproximately(expected, 1e-5 + 1e-4 * Math.Abs(expected), what);
}
