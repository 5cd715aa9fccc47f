using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests;

public sealed class InputColumnTests
{
    private const string MissingMessage =
        "RouteSae reads the text column 'Nope', but the data has no such column. Its columns: Text, Label, Number, Vector.*";

    private const string WrongTypeMessage = "RouteSae reads text, but column 'Number' is Single. Name a column of one text (string) a row.*";

    private const string VectorMessage = "RouteSae reads text, but column 'Vector' is a vector of Single. Name a column of one text (string) a row.*";

    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public InputColumnTests() => _data = _ml.Data.LoadFromEnumerable(Article.Many(3));

    public static TheoryData<string, string> Cases => new()
    {
        { "Nope", MissingMessage },
        { "Number", WrongTypeMessage },
        { "Vector", VectorMessage },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fit_refuses_it(string column, string message) =>
        _ml.Transforms.RouteSae("Features", column).Invoking(estimator => estimator.Fit(_data))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_chain_refuses_it_before_anything_is_fitted(string column, string message)
    {
        var before = new ShapeRecorder(_ml);

        before.Append(_ml.Transforms.RouteSae("Features", column)).Append(_ml.Transforms.CopyColumns("Copy", "Features"))
            .Invoking(chain => chain.Fit(_data)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);

        before.Fitted.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Transform_mapper_and_schema_refuse_it(string column, string message)
    {
        var transformer = new FakeModel().Transformer(input: column);

        transformer.Invoking(t => t.Transform(_data)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        transformer.Invoking(t => t.GetOutputSchema(_data.Schema)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
        transformer.Invoking(t => t.GetRowToRowMapper(_data.Schema)).Should().Throw<ArgumentOutOfRangeException>().WithMessage(message);
    }

    [Fact]
    public void The_promised_schema_is_a_vector_of_singles_with_slot_names()
    {
        var before = new ShapeRecorder(_ml);
        before.Append(new ShapeRecorder(_ml)).Fit(_data);

        var shape = _ml.Transforms.RouteSae("Features", "Text").GetOutputSchema(before.Shape!);

        var column = shape.Single(c => c.Name == "Features");
        column.Kind.Should().Be(SchemaShape.Column.VectorKind.Vector);
        column.ItemType.Should().Be(NumberDataViewType.Single);
        column.Annotations.Should().ContainSingle().Which.Name.Should().Be("SlotNames");
        shape.Select(c => c.Name).Should().Equal("Text", "Label", "Number", "Vector", "Features");
    }
}
