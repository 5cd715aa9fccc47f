using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Shuffled, cut, filtered and split rows keep their own features.</summary>
public sealed class RowOperationTests
{
    private const int Rows = 100;

    private readonly MLContext _ml = new(seed: 1);
    private readonly FakeModel _model = new();
    private readonly List<Message> _messages = Message.Many(Rows);
    private readonly IDataView _features;

    public RowOperationTests() => _features = _model.Transformer().Transform(_ml.Data.LoadFromEnumerable(_messages));

    [Fact]
    public void Shuffled_rows()
    {
        var shuffled = _ml.Data.ShuffleRows(_features, seed: 3);

        var texts = AssertOwnFeatures(shuffled);

        texts.Should().BeEquivalentTo(_messages.Select(message => message.Text)).And.NotEqual(_messages.Select(message => message.Text));
    }

    [Fact]
    public void Rows_shuffled_before_the_features()
    {
        var shuffled = _model.Transformer().Transform(_ml.Data.ShuffleRows(_ml.Data.LoadFromEnumerable(_messages), seed: 3));

        AssertOwnFeatures(shuffled).Should().NotEqual(_messages.Select(message => message.Text));
    }

    [Fact]
    public void Taken_and_skipped_rows()
    {
        AssertOwnFeatures(_ml.Data.TakeRows(_features, 7)).Should().Equal(_messages[..7].Select(message => message.Text));
        AssertOwnFeatures(_ml.Data.SkipRows(_features, 90)).Should().Equal(_messages[90..].Select(message => message.Text));
    }

    [Fact]
    public void Rows_filtered_by_another_column()
    {
        var filtered = _ml.Data.FilterRowsByColumn(_features, "Amount", lowerBound: 20, upperBound: 40);

        AssertOwnFeatures(filtered).Should().Equal(_messages.Where(message => message.Amount is >= 20 and < 40).Select(message => message.Text));
    }

    [Fact]
    public void No_features_are_missing_values()
    {
        var filtered = _ml.Data.FilterRowsByMissingValues(_features, "Features");

        AssertOwnFeatures(filtered).Should().HaveCount(Rows);
    }

    [Fact]
    public void Rows_filtered_by_a_key_and_by_a_predicate()
    {
        AssertOwnFeatures(_ml.Data.FilterRowsByKeyColumnFraction(_features, "Thread", upperBound: 0.01)).Should().NotBeEmpty().And.HaveCountLessThan(Rows);
        AssertOwnFeatures(_ml.Data.FilterByCustomPredicate<TextOnly>(_features, row => row.Text.Length > 40))
            .Should().Equal(_messages.Where(message => message.Text.Length <= 40).Select(message => message.Text));
    }

    [Fact]
    public void A_split_shares_out_all_rows()
    {
        var split = _ml.Data.TrainTestSplit(_features, testFraction: 0.3, seed: 4);

        var (train, test) = (AssertOwnFeatures(split.TrainSet), AssertOwnFeatures(split.TestSet));

        test.Should().HaveCountGreaterThan(10).And.HaveCountLessThan(50);
        train.Concat(test).Should().BeEquivalentTo(_messages.Select(message => message.Text));
    }

    [Fact]
    public void A_sample_with_replacement() => AssertOwnFeatures(_ml.Data.BootstrapSample(_features, seed: 5)).Should().NotBeEmpty().And.BeSubsetOf(_messages.Select(message => message.Text));

    [Fact]
    public void Objects_made_of_the_rows()
    {
        var rows = _ml.Data.CreateEnumerable<FeatureRow>(_features, reuseRowObject: false, ignoreMissingColumns: false).ToList();

        rows.Select(row => row.Text).Should().Equal(_messages.Select(message => message.Text));
        rows.Should().OnlyContain(row => Vector(row.Features).Equals(FakeModel.Reference.Vector(row.Text)));
    }

    private static FeatureVector Vector(VBuffer<float> vector) =>
        new([.. vector.Items().Select(item => item.Key)], [.. vector.Items().Select(item => item.Value)]);

    private static List<string> AssertOwnFeatures(IDataView rows)
    {
        var texts = new List<string>();
        using var cursor = rows.GetRowCursor([rows.Schema["Text"], rows.Schema["Features"]]);
        var text = cursor.GetGetter<ReadOnlyMemory<char>>(rows.Schema["Text"]);
        var features = cursor.GetGetter<VBuffer<float>>(rows.Schema["Features"]);
        ReadOnlyMemory<char> value = default;
        VBuffer<float> vector = default;
        while (cursor.MoveNext())
        {
            text(ref value);
            features(ref vector);
            texts.Add(value.ToString());
            Vector(vector).Should().Be(FakeModel.Reference.Vector(texts[^1]));
        }

        return texts;
    }

    private sealed class TextOnly
    {
        public string Text { get; set; } = "";
    }

    private sealed class FeatureRow
    {
        public string Text { get; set; } = "";

        public VBuffer<float> Features { get; set; }
    }
}
