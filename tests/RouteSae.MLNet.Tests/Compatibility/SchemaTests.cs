using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>What an estimator promises of its output, before it is fitted, is what its transformer delivers.</summary>
public sealed class SchemaTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    public static TheoryData<string, string> Columns => new() { { "Features", "Text" }, { "Text", "Text" }, { "Amount", "Text" }, { "Topic", "Text" } };

    [Theory]
    [MemberData(nameof(Columns))]
    public void The_promised_shape_is_that_of_the_real_schema(string output, string input)
    {
        var estimator = messages.Column(output, input);
        var (promised, real) = (new ShapeRecorder(messages.Ml), new ShapeRecorder(messages.Ml));

        new EstimatorChain<ITransformer>().Append(estimator).Append(promised).Append(new ShapeRecorder(messages.Ml)).Fit(messages.Source);
        new EstimatorChain<ITransformer>().Append(real).Append(new ShapeRecorder(messages.Ml)).Fit(estimator.Fit(messages.Source).Transform(messages.Source));

        Describe(promised.Shape!).Should().BeEquivalentTo(Describe(real.Shape!));
    }

    [Theory]
    [MemberData(nameof(Columns))]
    public void The_transformer_the_view_and_the_row_mapper_agree_on_the_schema(string output, string input)
    {
        var transformer = messages.Column(output, input).Fit(messages.Source);

        var schemas = new[]
        {
            transformer.GetOutputSchema(messages.Source.Schema),
            transformer.Transform(messages.Source).Schema,
            transformer.GetRowToRowMapper(messages.Source.Schema).OutputSchema,
        };

        schemas.Select(schema => string.Join(' ', schema.Select(column => $"{column.Name}:{column.Type}:{column.IsHidden}"))).Distinct().Should().ContainSingle();
    }

    [Fact]
    public void An_untouched_column_keeps_its_annotations()
    {
        var keyed = messages.Ml.Transforms.Conversion.MapValueToKey("TopicKey", "Topic").Fit(messages.Source).Transform(messages.Source);
        VBuffer<ReadOnlyMemory<char>> values = default;

        messages.Transformer.Transform(keyed).Schema["TopicKey"].GetKeyValues(ref values);

        values.DenseValues().Select(value => value.ToString()).Should().Equal("order", "weather", "sport");
    }

    private static List<string> Describe(SchemaShape shape) =>
        [.. shape.Select(column => $"{column.Name} {column.Kind} {column.ItemType} key {column.IsKey} [{string.Join(", ", Describe(column.Annotations))}]").Order()];

    private static IEnumerable<string> Describe(IEnumerable<SchemaShape.Column> annotations) =>
        annotations.Select(column => $"{column.Name} {column.Kind} {column.ItemType} {column.IsKey}").Order();
}
