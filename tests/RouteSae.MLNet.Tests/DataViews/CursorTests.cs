using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.Tests.DataViews;

public sealed class CursorTests
{
    private const int Rows = 150;

    private readonly MLContext _ml = new(seed: 1);
    private readonly FakeModel _model = new();
    private readonly List<Article> _articles = Article.Many(Rows);

    private IDataView Source => _ml.Data.LoadFromEnumerable(_articles);

    [Fact]
    public void A_full_pass_gives_every_text_its_own_vector()
    {
        var output = _model.Transformer().Transform(Source);

        var vectors = output.GetColumn<VBuffer<float>>("Features").Select(Sparse).ToList();

        vectors.Should().Equal(_articles.Select(article => FakeModel.Reference.Vector(article.Text)));
    }

    [Fact]
    public void Windows_grow_from_one_row_so_that_a_short_read_is_cheap_and_a_long_one_batched()
    {
        var output = _model.Transformer(batchSize: 16).Transform(Source);

        output.GetColumn<VBuffer<float>>("Features").Count().Should().Be(Rows);

        // 1 + 2 + 4 + 8, then (150 - 15) / 16 windows of 16
        _model.Calls.Should().Be(4 + 9);
        _model.Texts.Should().Be(Rows);
    }

    [Fact]
    public void Taking_ten_rows_encodes_fifteen()
    {
        var output = _ml.Data.TakeRows(_model.Transformer(batchSize: 256).Transform(Source), 10);

        output.GetColumn<VBuffer<float>>("Features").Count().Should().Be(10);

        _model.Texts.Should().Be(15);
    }

    [Fact]
    public void Preview_of_three_rows_encodes_three()
    {
        _model.Transformer(batchSize: 256).Transform(Source).Preview(maxRows: 3).RowView.Should().HaveCount(3);

        _model.Texts.Should().Be(3);
    }

    [Fact]
    public void Nothing_is_encoded_or_even_loaded_while_the_output_is_not_active()
    {
        var output = _model.Transformer().Transform(Source);

        output.GetColumn<float>("Number").Should().Equal(_articles.Select(article => article.Number));

        _model.Loaded.Should().BeEmpty();
    }

    [Fact]
    public void Nothing_is_encoded_while_the_output_is_active_and_not_read()
    {
        var output = _model.Transformer().Transform(Source);
        using var cursor = output.GetRowCursor(output.Schema);

        while (cursor.MoveNext())
        {
        }

        _model.Loaded.Should().BeEmpty();
    }

    [Fact]
    public void One_row_alone_costs_one_window()
    {
        var output = _model.Transformer(batchSize: 16).Transform(Source);
        using var cursor = output.GetRowCursor(output.Schema);
        var getter = cursor.GetGetter<VBuffer<float>>(output.Schema["Features"]);
        VBuffer<float> vector = default;

        while (cursor.MoveNext())
        {
            if (cursor.Position == 100)
            {
                getter(ref vector);
                getter(ref vector);
            }
        }

        Sparse(vector).Should().Be(FakeModel.Reference.Vector(_articles[100].Text));
        _model.Calls.Should().Be(1);
        _model.Texts.Should().Be(16);
    }

    [Fact]
    public void Ids_batch_position_and_other_columns_are_those_of_the_source()
    {
        var source = Source;
        var output = _model.Transformer().Transform(source);
        using var expected = source.GetRowCursor(source.Schema);
        using var cursor = output.GetRowCursor(output.Schema);
        var reader = new RowReader(cursor);
        var expectedReader = new RowReader(expected);
        cursor.Position.Should().Be(-1);

        while (cursor.MoveNext())
        {
            expected.MoveNext().Should().BeTrue();
            reader.Read().Should().BeEquivalentTo(expectedReader.Read());
            cursor.Position.Should().Be(expected.Position);
            cursor.Batch.Should().Be(expected.Batch);
        }

        expected.MoveNext().Should().BeFalse();
        cursor.Position.Should().Be(-1);
        cursor.MoveNext().Should().BeFalse();
    }

    [Fact]
    public void A_shuffled_pass_keeps_text_features_and_ids_together()
    {
        var output = _model.Transformer().Transform(_ml.Data.Cache(Source));
        output.CanShuffle.Should().BeTrue();
        using var cursor = output.GetRowCursor(output.Schema, new Random(5));
        var reader = new RowReader(cursor);
        var features = cursor.GetGetter<VBuffer<float>>(output.Schema["Features"]);
        var order = new List<float>();
        var ids = new HashSet<DataViewRowId>();
        VBuffer<float> vector = default;

        while (cursor.MoveNext())
        {
            var row = reader.Read();
            features(ref vector);
            Sparse(vector).Should().Be(FakeModel.Reference.Vector(row.Text));
            row.Text.Should().Be(_articles[(int)row.Number].Text);
            order.Add(row.Number);
            ids.Add(row.Id);
        }

        order.Should().NotBeInAscendingOrder().And.BeEquivalentTo(_articles.Select(article => article.Number));
        ids.Should().HaveCount(Rows);
    }

    [Fact]
    public void A_cursor_set_over_features_is_one_cursor_over_all_rows()
    {
        var output = _model.Transformer().Transform(Source);

        var cursors = output.GetRowCursorSet(output.Schema, 4);

        cursors.Should().ContainSingle();
        Drain(cursors[0], output.Schema["Features"]).Should().Be(Rows);
    }

    [Fact]
    public void A_cursor_set_without_features_splits_as_the_source_does()
    {
        var source = _ml.Data.Cache(Source);
        var output = _model.Transformer().Transform(source);
        DataViewSchema.Column[] columns = [output.Schema["Number"]];

        var cursors = output.GetRowCursorSet(columns, 4);

        cursors.Should().HaveCount(source.GetRowCursorSet([source.Schema["Number"]], 4).Length);
        foreach (var cursor in cursors)
        {
            cursor.Schema.Should().BeSameAs(output.Schema);
            cursor.Dispose();
        }
    }

    [Fact]
    public void A_transform_downstream_may_read_from_several_threads()
    {
        var output = _model.Transformer().Transform(Source);
        var copied = _ml.Transforms.CopyColumns("Copy", "Features").Fit(output).Transform(output);
        var cursors = copied.GetRowCursorSet(copied.Schema, 4);
        var counts = new int[cursors.Length];

        var threads = cursors.Select((cursor, i) => new Thread(() => counts[i] = Drain(cursor, copied.Schema["Copy"]))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        counts.Sum().Should().Be(Rows);
        _model.Texts.Should().Be(Rows);
    }

    [Fact]
    public void A_row_count_is_the_sources() => _model.Transformer().Transform(Source).GetRowCount().Should().Be(Rows);

    [Fact]
    public void An_empty_source_gives_no_rows()
    {
        var output = _model.Transformer().Transform(_ml.Data.LoadFromEnumerable(Article.Many(0)));

        output.GetColumn<VBuffer<float>>("Features").Should().BeEmpty();
        _model.Loaded.Should().BeEmpty();
    }

    [Fact]
    public void Null_and_empty_texts_give_zero_vectors()
    {
        var source = _ml.Data.LoadFromEnumerable(new Article[] { new() { Text = null }, new() { Text = "" } });

        var vectors = _model.Transformer().Transform(source).GetColumn<VBuffer<float>>("Features").Select(Sparse);

        vectors.Should().Equal(FeatureVector.Empty, FeatureVector.Empty);
    }

    [Fact]
    public void A_value_read_before_the_first_or_after_the_last_row_is_an_error()
    {
        var output = _model.Transformer().Transform(Source);
        using var cursor = output.GetRowCursor(output.Schema);
        var getter = cursor.GetGetter<VBuffer<float>>(output.Schema["Features"]);
        VBuffer<float> vector = default;
        Action read = () => getter(ref vector);

        read.Should().Throw<InvalidOperationException>().WithMessage("The cursor is not on a row: call MoveNext first, and stop when it returns false.");
        while (cursor.MoveNext())
        {
        }

        read.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_column_that_was_not_asked_for_has_no_getter()
    {
        var output = _model.Transformer().Transform(Source);
        using var cursor = output.GetRowCursor([output.Schema["Features"]]);

        cursor.IsColumnActive(output.Schema["Number"]).Should().BeFalse();
        cursor.Invoking(c => c.GetGetter<float>(output.Schema["Number"]))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("Column 'Number' was not among the columns asked for when this cursor was made.*");
    }

    [Fact]
    public void A_getter_of_the_wrong_type_says_what_the_column_holds()
    {
        var output = _model.Transformer().Transform(Source);
        using var cursor = output.GetRowCursor(output.Schema);

        cursor.Invoking(c => c.GetGetter<float>(output.Schema["Features"]))
            .Should().Throw<InvalidOperationException>().WithMessage("Column 'Features' holds Microsoft.ML.Data.VBuffer`1[System.Single], not System.Single.");
    }

    [Fact]
    public void The_output_may_hide_the_input()
    {
        var output = _model.Transformer(output: "Text", input: "Text").Transform(Source);

        output.Schema["Text"].Type.Should().BeOfType<VectorDataViewType>();
        output.GetColumn<VBuffer<float>>("Text").Select(Sparse).Should().Equal(_articles.Select(article => FakeModel.Reference.Vector(article.Text)));
    }

    [Fact]
    public void The_output_is_a_known_size_vector_with_slot_names_that_do_not_repeat_the_column()
    {
        var column = _model.Transformer().Transform(Source).Schema["Features"];
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.Annotations.GetValue("SlotNames", ref names);

        column.Type.Should().Be(new VectorDataViewType(NumberDataViewType.Single, FakeModel.Latents));
        names.Length.Should().Be(FakeModel.Latents);
        names.GetItemOrDefault(0).ToString().Should().Be("f0");
        names.GetItemOrDefault(7).ToString().Should().Be("f7 ·  token7|\\n");
    }

    private static int Drain(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        using (cursor)
        {
            var getter = cursor.GetGetter<VBuffer<float>>(column);
            VBuffer<float> vector = default;
            var rows = 0;
            for (; cursor.MoveNext(); rows++)
            {
                getter(ref vector);
            }

            return rows;
        }
    }

    private static FeatureVector Sparse(VBuffer<float> vector) =>
        new([.. vector.Items().Select(item => item.Key)], [.. vector.Items().Select(item => item.Value)]);
}
