using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Wherever the texts come from and the features go to, they are the same.</summary>
public sealed class DataSourceTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private static readonly string[] Awkward = ["plain", "with \"quotes\" in it", "tab\tinside", "", "Grüße, 東京 🌧️", "comma, semicolon; #hash 1:2"];

    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void Text_files_give_the_features_of_objects()
    {
        var path = messages.NewFile("tsv");
        using (var file = File.Create(path))
        {
            _ml.Data.SaveAsText(_ml.Data.LoadFromEnumerable(Awkward.Select(text => new Line { Text = text })), file, headerRow: false, schema: false);
        }

        var loaded = _ml.Data.LoadFromTextFile<Line>(path, separatorChar: '\t', allowQuoting: true);

        loaded.GetColumn<string>("Text").Should().Equal(Awkward);
        AssertSameFeatures(messages.Transformer.Transform(loaded), Features(Awkward));
    }

    [Fact]
    public void A_text_loader_with_named_columns_and_a_header_feeds_a_pipeline()
    {
        var path = messages.NewFile("csv");
        File.WriteAllLines(path, ["id,text", .. Awkward.Select((text, i) => $"{i},\"{text.Replace("\"", "\"\"")}\"")]);
        var loader = _ml.Data.CreateTextLoader(
            [new TextLoader.Column("Id", DataKind.Int32, 0), new TextLoader.Column("Text", DataKind.String, 1)], separatorChar: ',', hasHeader: true, allowQuoting: true);

        AssertSameFeatures(messages.Transformer.Transform(loader.Load(path)), Features(Awkward));
    }

    [Fact]
    public void A_binary_file_keeps_values_names_and_sparsity()
    {
        var view = messages.Transformer.Transform(messages.Source);
        var path = messages.NewFile("idv");
        using (var file = File.Create(path))
        {
            _ml.Data.SaveAsBinary(view, file);
        }

        var loaded = _ml.Data.LoadFromBinary(path);

        AssertSameFeatures(loaded, MessageFeatures.Vectors(view));
        MessageFeatures.SlotNames(loaded).Should().Equal(MessageFeatures.SlotNames(view));
        loaded.GetColumn<VBuffer<float>>("Features").Should().Contain(vector => !vector.IsDense);
        loaded.GetColumn<string>("Text").Should().Equal(view.GetColumn<string>("Text"));
    }

    [Fact]
    public void A_binary_file_of_texts_gives_the_features_of_objects()
    {
        using var stream = new MemoryStream();
        _ml.Data.SaveAsBinary(messages.Source, stream);
        var path = messages.NewFile("idv");
        File.WriteAllBytes(path, stream.ToArray());

        AssertSameFeatures(messages.Transformer.Transform(_ml.Data.LoadFromBinary(path)), MessageFeatures.Vectors(messages.Featurized));
    }

    [Fact]
    public void A_text_file_of_features_keeps_values_and_names()
    {
        var view = messages.Estimator.Append(_ml.Transforms.SelectColumns("Label", "Features")).Fit(messages.Source).Transform(messages.Source);
        var path = messages.NewFile("txt");
        using (var file = File.Create(path))
        {
            _ml.Data.SaveAsText(view, file, schema: false);
        }

        TextLoader.Column[] columns = [new("Label", DataKind.Boolean, 0), new("Features", DataKind.Single, 1, SmallBundle.Latents)];
        var loaded = _ml.Data.CreateTextLoader(columns, hasHeader: true, dataSample: new MultiFileSource(path), allowSparse: true).Load(path);

        MessageFeatures.Vectors(loaded).SelectMany(vector => vector).Zip(MessageFeatures.Vectors(view).SelectMany(vector => vector))
            .Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= 1e-5f * Math.Abs(pair.Second));
        MessageFeatures.SlotNames(loaded).Should().Equal(MessageFeatures.SlotNames(view));
    }

    [Fact]
    public void A_view_of_ones_own_that_reuses_its_characters_is_read_correctly() =>
        AssertSameFeatures(messages.Transformer.Transform(new ReusingDataView(Awkward)), Features(Awkward));

    [Fact]
    public void Objects_whose_schema_is_given_at_run_time()
    {
        var definition = SchemaDefinition.Create(typeof(Line));
        definition["Text"].ColumnName = "Message";
        var source = _ml.Data.LoadFromEnumerable(Awkward.Select(text => new Line { Text = text }), definition);

        AssertSameFeatures(messages.Column("Features", "Message").Fit(source).Transform(source), Features(Awkward));
    }

    private float[][] Features(IEnumerable<string> texts) =>
        MessageFeatures.Vectors(messages.Transformer.Transform(_ml.Data.LoadFromEnumerable(texts.Select(text => new Line { Text = text }))));

    private static void AssertSameFeatures(IDataView actual, float[][] expected)
    {
        var vectors = MessageFeatures.Vectors(actual);
        vectors.Should().HaveCount(expected.Length);
        vectors.SelectMany(vector => vector).Zip(expected.SelectMany(vector => vector)).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-5f);
        vectors.Should().Contain(vector => vector.Any(value => value != 0));
    }

    private sealed class Line
    {
        [LoadColumn(0)]
        public string Text { get; set; } = "";
    }
}
