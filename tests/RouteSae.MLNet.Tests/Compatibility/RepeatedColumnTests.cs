using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>More than one RouteSae column in a pipeline.</summary>
public sealed class RepeatedColumnTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    [Fact]
    public void Two_columns_of_two_texts_and_two_poolings_are_each_what_they_are_alone()
    {
        var pipeline = messages.Column("OfText", "Text").Append(messages.Column("OfTopic", "Topic")).Append(messages.Column("Means", "Text", Pooling.Mean));
        var model = pipeline.Fit(messages.Source);

        foreach (var output in new[] { model.Transform(messages.Source), messages.Reload(model, messages.Source.Schema).Transform(messages.Source) })
        {
            AssertEqual(output, "OfText", messages.Column("OfText", "Text"));
            AssertEqual(output, "OfTopic", messages.Column("OfTopic", "Topic"));
            AssertEqual(output, "Means", messages.Column("Means", "Text", Pooling.Mean));
        }
    }

    [Fact]
    public void Two_columns_concatenate_under_the_names_of_both()
    {
        var output = messages.Column("Max", "Text").Append(messages.Column("Mean", "Text", Pooling.Mean))
            .Append(messages.Ml.Transforms.Concatenate("Features", "Max", "Mean")).Fit(messages.Source).Transform(messages.Source);

        var names = MessageFeatures.SlotNames(output);
        names.Should().OnlyHaveUniqueItems().And.HaveCount(2 * SmallBundle.Latents);
        names[2].Should().Be($"Max.{messages.Transformer.FeatureNames[2]}");
        names[SmallBundle.Latents + 2].Should().Be($"Mean.{messages.Transformer.FeatureNames[2]}");
    }

    [Fact]
    public void The_later_of_two_columns_of_one_name_is_the_one_that_counts()
    {
        var model = messages.Column("Features", "Topic").Append(messages.Column("Features", "Text")).Fit(messages.Source);

        var output = model.Transform(messages.Source);

        output.Schema.Count(column => column.Name == "Features" && !column.IsHidden).Should().Be(1);
        AssertEqual(output, "Features", messages.Estimator);
        AssertEqual(messages.Reload(model, messages.Source.Schema).Transform(messages.Source), "Features", messages.Estimator);
    }

    [Fact]
    public void A_column_that_replaces_a_number_can_be_trained_on()
    {
        var ml = new MLContext(seed: 1);
        var pipeline = messages.Column("Amount", "Text").AppendCacheCheckpoint(ml)
            .Append(ml.BinaryClassification.Trainers.LbfgsLogisticRegression(featureColumnName: "Amount"));

        var output = pipeline.Fit(messages.Source).Transform(messages.Source);

        output.Schema["Amount"].Type.Should().Be(new VectorDataViewType(NumberDataViewType.Single, SmallBundle.Latents));
        ml.BinaryClassification.Evaluate(output).AreaUnderRocCurve.Should().BeGreaterThan(0.9);
    }

    [Fact]
    public void A_column_that_replaces_its_own_text_leaves_nothing_for_a_second_one()
    {
        var pipeline = messages.Column("Text", "Text").Append(messages.Column("Features", "Text"));

        pipeline.Invoking(chain => chain.Fit(messages.Source)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("RouteSae reads text, but column 'Text' is a vector of Single. Name a column of one text (string) a row.*");
    }

    [Fact]
    public void Rows_with_several_columns_come_in_order_whatever_the_windows_are()
    {
        var source = messages.Ml.Data.LoadFromEnumerable(Message.Many(100));
        var first = new FakeModel().Transformer(batchSize: 7, output: "First");
        var second = new FakeModel().Transformer(batchSize: 32, output: "Second");

        var output = second.Transform(first.Transform(source));

        var expected = Message.Many(100).Select(message => FakeModel.Reference.Vector(message.Text)).ToList();
        Sparse(output, "First").Should().Equal(expected);
        Sparse(output, "Second").Should().Equal(expected);
    }

    private static IEnumerable<FeatureVector> Sparse(IDataView output, string column) => output.GetColumn<VBuffer<float>>(column)
        .Select(vector => new FeatureVector([.. vector.Items().Select(item => item.Key)], [.. vector.Items().Select(item => item.Value)]));

    private void AssertEqual(IDataView output, string column, RouteSaeEstimator alone)
    {
        var transformer = alone.Fit(messages.Source);
        MessageFeatures.Vectors(output, column).Should().BeEquivalentTo(
            MessageFeatures.Vectors(transformer.Transform(messages.Source), transformer.OutputColumnName), options => options.WithStrictOrdering());
    }
}
