using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Transforms that read the feature column beside others.</summary>
public sealed class VectorTransformTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    [Fact]
    public void Concatenated_columns_keep_all_names()
    {
        var output = messages.Estimator.Append(messages.Ml.Transforms.Concatenate("All", "Features", "Amount", "Rating")).Fit(messages.Source).Transform(messages.Source);

        var names = MessageFeatures.SlotNames(output, "All");
        names.Should().Equal([.. messages.Transformer.FeatureNames.Select(name => $"Features.{name}"), "Amount", "Rating"]);
        MessageFeatures.Vectors(output, "All").Should().BeEquivalentTo(
            MessageFeatures.Vectors(output).Zip(Message.Many(MessageFeatures.Rows), (vector, message) => (float[])[.. vector, message.Amount, message.Rating]),
            options => options.WithStrictOrdering());
    }

    [Fact]
    public void Text_features_of_both_kinds_train_together()
    {
        var ml = new MLContext(seed: 1);
        var pipeline = ml.Transforms.Text.FeaturizeText("Words", "Text")
            .Append(messages.Estimator)
            .Append(ml.Transforms.Concatenate("All", "Words", "Features"))
            .AppendCacheCheckpoint(ml)
            .Append(ml.BinaryClassification.Trainers.LbfgsLogisticRegression(featureColumnName: "All"));

        var output = pipeline.Fit(messages.Source).Transform(messages.Source);

        ml.BinaryClassification.Evaluate(output).AreaUnderRocCurve.Should().BeGreaterThan(0.9);
        MessageFeatures.SlotNames(output, "All").Should().Contain([$"Features.{messages.Transformer.FeatureNames[2]}", "Words.Word.order"]);
    }

    [Fact]
    public void One_hot_and_key_columns_stand_beside_it()
    {
        var ml = messages.Ml;
        var pipeline = ml.Transforms.Categorical.OneHotEncoding("TopicHot", "Topic")
            .Append(ml.Transforms.Conversion.MapValueToKey("TopicKey", "Topic"))
            .Append(messages.Estimator)
            .Append(ml.Transforms.Conversion.MapKeyToVector("TopicVector", "TopicKey"))
            .Append(ml.Transforms.Concatenate("All", "TopicHot", "TopicVector", "Features"))
            .Append(ml.Transforms.Conversion.MapKeyToValue("TopicAgain", "TopicKey"));

        var output = pipeline.Fit(messages.Source).Transform(messages.Source);

        MessageFeatures.Vectors(output, "All").Select(vector => vector[..6]).Take(3).Should().BeEquivalentTo(
            new float[][] { [1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1] }, options => options.WithStrictOrdering());
        output.GetColumn<string>("TopicAgain").Should().Equal(output.GetColumn<string>("Topic"));
        MessageFeatures.SlotNames(output, "All")[..3].Should().Equal("TopicHot.order", "TopicHot.weather", "TopicHot.sport");
    }

    [Fact]
    public void Principal_components_and_kernels_and_other_types_are_made_of_it()
    {
        var ml = new MLContext(seed: 1);
        var pipeline = ml.Transforms.ProjectToPrincipalComponents("Components", "Features", rank: 5)
            .Append(ml.Transforms.ApproximatedKernelMap("Kernel", "Features", rank: 8))
            .Append(ml.Transforms.Conversion.ConvertType("Doubles", "Features", DataKind.Double))
            .Append(ml.Transforms.ReplaceMissingValues("Filled", "Features"));

        var output = pipeline.Fit(messages.Featurized).Transform(messages.Featurized);

        MessageFeatures.Vectors(output, "Components").Should().OnlyContain(vector => vector.Length == 5 && vector.All(float.IsFinite) && vector.Any(value => value != 0));
        MessageFeatures.Vectors(output, "Kernel").Should().OnlyContain(vector => vector.Length == 8 && vector.All(float.IsFinite));
        output.GetColumn<double[]>("Doubles").Select(row => row.Select(value => (float)value).ToArray())
            .Should().BeEquivalentTo(MessageFeatures.Vectors(output), options => options.WithStrictOrdering());
        MessageFeatures.SlotNames(output, "Filled").Should().HaveCount(SmallBundle.Latents);
    }

    [Fact]
    public void It_can_be_dropped_selected_and_renamed()
    {
        var ml = messages.Ml;
        var pipeline = messages.Estimator.Append(ml.Transforms.CopyColumns("Renamed", "Features"))
            .Append(ml.Transforms.DropColumns("Features")).Append(ml.Transforms.SelectColumns("Renamed", "Label"));

        var output = pipeline.Fit(messages.Source).Transform(messages.Source);

        output.Schema.Select(column => column.Name).Should().Equal("Renamed", "Label");
        MessageFeatures.Vectors(output, "Renamed").Should().BeEquivalentTo(MessageFeatures.Vectors(messages.Featurized), options => options.WithStrictOrdering());
    }
}
