using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using RouteSae.MLNet.Explanations;

namespace RouteSae.MLNet.Tests.Explanations;

/// <summary>Which step of a model decides, over features that are counted words.</summary>
public sealed class DecidingPredictorTests
{
    private readonly FakeModel _fake = new();
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _rows;

    public DecidingPredictorTests() => _rows = _ml.Data.LoadFromEnumerable(
        Enumerable.Range(0, 40).Select(i => new Row { Text = $"word{i % 7} word{i % 5} text {i}", Flag = i % 5 < 2, Count = i % 5 }));

    [Fact]
    public void A_calibrator_that_was_appended_separately_does_not_hide_the_predictor()
    {
        var trainer = _ml.BinaryClassification.Trainers.LinearSvm("Flag");
        var model = Model(trainer.Append(_ml.BinaryClassification.Calibrators.Platt("Flag")));
        var svm = ((IEnumerable<ITransformer>)model).OfType<BinaryPredictionTransformer<LinearBinaryModelParameters>>().Single().Model;

        var explanation = new DecisionExplainer(model, _rows.Schema).Explain(_rows, features: 100)[3];

        explanation.Scale.Should().Be(ContributionScale.Score);
        (explanation.Features.Sum(feature => feature.Contributions[0]) + svm.Bias).Should().BeApproximately(explanation.Scores[0], 1e-3f);
        explanation.Features.Should().NotBeEmpty().And.OnlyContain(feature => feature.TextColumn == "Text");
    }

    [Fact]
    public void A_loaded_isotonic_calibrator_does_not_hide_the_predictor()
    {
        var trainer = _ml.BinaryClassification.Trainers.AveragedPerceptron("Flag");
        var featurizer = _fake.Transformer();
        var fitted = trainer.Append(_ml.BinaryClassification.Calibrators.Isotonic("Flag")).Fit(featurizer.Transform(_rows));
        using var zip = new MemoryStream();
        _ml.Model.Save(fitted, featurizer.GetOutputSchema(_rows.Schema), zip);
        zip.Position = 0;
        var model = new TransformerChain<ITransformer>(featurizer, _ml.Model.Load(zip, out _));

        new DecisionExplainer(model, _rows.Schema).Explain(_rows)[0].Features.Should().NotBeEmpty().And.OnlyContain(feature => feature.Contributions.Count == 1);
    }

    [Fact]
    public void Contributions_of_a_Poisson_regression_add_up_to_the_logarithm_of_its_score()
    {
        var model = Model(_ml.Regression.Trainers.LbfgsPoissonRegression("Count"));
        var poisson = ((IEnumerable<ITransformer>)model).OfType<RegressionPredictionTransformer<PoissonRegressionModelParameters>>().Single().Model;

        var explanation = new DecisionExplainer(model, _rows.Schema).Explain(_rows, features: 100)[3];

        explanation.Scale.Should().Be(ContributionScale.LogScore);
        (explanation.Features.Sum(feature => feature.Contributions[0]) + poisson.Bias).Should().BeApproximately(MathF.Log(explanation.Scores[0]), 1e-3f);
    }

    [Fact]
    public void Predictors_that_do_not_decide_over_one_vector_are_named()
    {
        Refuses(Model(_ml.BinaryClassification.Trainers.FieldAwareFactorizationMachine(["Features"], "Flag")), "FieldAwareFactorizationMachine");
        Refuses(Model(_ml.BinaryClassification.Trainers.Prior("Flag")), "Prior");
    }

    [Fact]
    public void A_predictor_beside_the_RouteSae_column_is_refused()
    {
        var model = Model(_ml.Transforms.Concatenate("Own", "Count").Append(_ml.Regression.Trainers.LbfgsPoissonRegression("Count", "Own")));

        FluentActions.Invoking(() => new DecisionExplainer(model, _rows.Schema)).Should().Throw<ArgumentException>()
            .WithMessage("The predictor PoissonRegression reads the column 'Own', which has nothing of a RouteSae column, *");
    }

    [Fact]
    public void A_text_that_was_dropped_after_the_decision_does_no_harm_and_before_it_is_named()
    {
        var trainer = _ml.BinaryClassification.Trainers.LbfgsLogisticRegression("Flag");

        var after = Model(trainer.Append(_ml.Transforms.SelectColumns("Score")));
        var before = Model(_ml.Transforms.DropColumns("Text").Append(trainer));

        new DecisionExplainer(after, _rows.Schema).Explain(_rows)[0].Features.Should().NotBeEmpty().And.OnlyContain(feature => feature.Occurrences.Count == 1);
        FluentActions.Invoking(() => new DecisionExplainer(before, _rows.Schema)).Should().Throw<ArgumentException>()
            .WithMessage("The text column 'Text', which the RouteSae column 'Features' reads, was dropped or overwritten before the predictor *");
    }

    [Fact]
    public void Values_and_places_of_a_batch_come_from_one_run_of_the_network()
    {
        var explainer = new DecisionExplainer(Model(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression("Flag")), _rows.Schema);
        var (calls, texts) = (_fake.Calls, _fake.Texts);

        explainer.Explain(_rows).Should().HaveCount(40).And.OnlyContain(row => row.Features.All(feature => feature.Occurrences.Count == 1));

        (_fake.Calls - calls).Should().Be(3, "a batch has 16 texts");
        (_fake.Texts - texts).Should().Be(40);
    }

    private void Refuses(ITransformer model, string predictor) =>
        FluentActions.Invoking(() => new DecisionExplainer(model, _rows.Schema)).Should().Throw<ArgumentException>().WithMessage(
            $"The predictor {predictor} cannot be explained, because it does not decide over one vector of features. "
            + "Use a trainer with one feature column, such as LbfgsMaximumEntropy or LightGbm.*");

    private TransformerChain<ITransformer> Model(IEstimator<ITransformer> steps)
    {
        var featurizer = _fake.Transformer();
        var fitted = steps.Fit(featurizer.Transform(_rows));
        return new TransformerChain<ITransformer>([featurizer, .. fitted as IEnumerable<ITransformer> ?? [fitted]]);
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public bool Flag { get; set; }

        public float Count { get; set; }
    }
}
