using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Every normaliser of vectors: what it promises holds, and the slots keep their names.</summary>
public sealed class NormalizerTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private static readonly NamedEstimators Covered = new()
    {
        ["NormalizeBinning"] = ml => ml.Transforms.NormalizeBinning("Out", "Features"),
        ["NormalizeGlobalContrast"] = ml => ml.Transforms.NormalizeGlobalContrast("Out", "Features"),
        ["NormalizeLogMeanVariance"] = ml => ml.Transforms.NormalizeLogMeanVariance("Out", "Features", useCdf: false),
        ["NormalizeLpNorm"] = ml => ml.Transforms.NormalizeLpNorm("Out", "Features"),
        ["NormalizeMeanVariance"] = ml => ml.Transforms.NormalizeMeanVariance("Out", "Features"),
        ["NormalizeMinMax"] = ml => ml.Transforms.NormalizeMinMax("Out", "Features"),
        ["NormalizeSupervisedBinning"] = ml => ml.Transforms.NormalizeSupervisedBinning("Out", "Features", "TopicKey", mininimumExamplesPerBin: 5),
    };

    public static TheoryData<string> Names => Covered.Names;

    [Fact]
    public void None_is_missing() => CatalogMethods.Of(typeof(TransformsCatalog)).Where(name => name.StartsWith("Normalize", StringComparison.Ordinal))
        .Should().BeEquivalentTo(Covered.Keys.Append("NormalizeRobustScaling"));

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_are_finite_and_slots_keep_their_names(string normalizer)
    {
        var output = Covered[normalizer](messages.Ml).Fit(messages.Featurized).Transform(messages.Featurized);

        MessageFeatures.SlotNames(output, "Out").Should().Equal(MessageFeatures.SlotNames(output));
        var values = MessageFeatures.Vectors(output, "Out").SelectMany(vector => vector).ToList();
        values.Should().OnlyContain(value => float.IsFinite(value));
        values.Distinct().Should().HaveCountGreaterThan(2);
    }

    [Fact]
    public void Minimum_and_maximum_bound_every_slot_and_zeros_stay_zeros()
    {
        var output = Covered["NormalizeMinMax"](messages.Ml).Fit(messages.Featurized).Transform(messages.Featurized);

        foreach (var (before, after) in MessageFeatures.Vectors(output).Zip(MessageFeatures.Vectors(output, "Out")))
        {
            after.Should().OnlyContain(value => value >= 0 && value <= 1);
            after.Select(value => value == 0).Should().Equal(before.Select(value => value == 0));
        }
    }

    [Fact]
    public void The_norm_of_every_row_becomes_one() => Rows("NormalizeLpNorm")
        .Select(vector => vector.Sum(value => value * value)).Should().OnlyContain(norm => Math.Abs(norm - 1) < 1e-4f);

    [Fact]
    public void Global_contrast_makes_the_mean_of_every_row_zero() => Rows("NormalizeGlobalContrast")
        .Select(vector => vector.Average()).Should().OnlyContain(mean => Math.Abs(mean) < 1e-5f);

    [Fact]
    public void Robust_scaling_fails_on_sparse_columns_those_of_ML_NET_included()
    {
        var words = messages.Ml.Transforms.Text.FeaturizeText("Words", "Text").Fit(messages.Featurized).Transform(messages.Featurized);

        foreach (var column in new[] { "Words", "Features" })
        {
            messages.Ml.Transforms.NormalizeRobustScaling("Out", column).Invoking(normalizer => normalizer.Fit(words)).Should().Throw<IndexOutOfRangeException>();
        }
    }

    [Fact]
    public void A_sparse_column_stays_sparse()
    {
        var output = Covered["NormalizeMeanVariance"](messages.Ml).Fit(messages.Featurized).Transform(messages.Featurized);

        output.GetColumn<VBuffer<float>>("Out").Should().Contain(vector => !vector.IsDense);
    }

    private float[][] Rows(string normalizer) =>
        MessageFeatures.Vectors(Covered[normalizer](messages.Ml).Fit(messages.Featurized).Transform(messages.Featurized), "Out");
}
