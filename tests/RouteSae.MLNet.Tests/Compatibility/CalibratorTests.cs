using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Every calibrator, on the scores of a trainer that gives no probabilities.</summary>
public sealed class CalibratorTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private static readonly NamedEstimators Covered = new()
    {
        ["Isotonic"] = ml => ml.BinaryClassification.Calibrators.Isotonic(),
        ["Naive"] = ml => ml.BinaryClassification.Calibrators.Naive(),
        ["Platt"] = ml => ml.BinaryClassification.Calibrators.Platt(),
    };

    public static TheoryData<string> Names => Covered.Names;

    [Fact]
    public void None_is_missing() =>
        CatalogMethods.Of(typeof(BinaryClassificationCatalog.CalibratorsCatalog)).Should().BeEquivalentTo(Covered.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void It_gives_probabilities_that_rise_with_the_score(string calibrator)
    {
        var ml = new MLContext(seed: 1);
        var model = messages.Estimator.AppendCacheCheckpoint(ml)
            .Append(ml.BinaryClassification.Trainers.AveragedPerceptron())
            .Append(Covered[calibrator](ml))
            .Fit(messages.Source);

        var output = model.Transform(messages.Source);

        var probabilities = output.GetColumn<float>("Probability").ToList();
        probabilities.Should().OnlyContain(probability => probability >= 0 && probability <= 1);
        Mean(output, label: true).Should().BeGreaterThan(Mean(output, label: false) + 0.3f);
        messages.Reload(model, messages.Source.Schema).Transform(messages.Source).GetColumn<float>("Probability").Should().Equal(probabilities);
        ml.BinaryClassification.Evaluate(output).LogLoss.Should().BeLessThan(1);
    }

    private static float Mean(IDataView output, bool label) => output.GetColumn<float>("Probability").Zip(output.GetColumn<bool>("Label"))
        .Where(row => row.Second == label).Average(row => row.First);
}
