using FluentAssertions;
using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Models saved with a data loader, and models within models.</summary>
public sealed class ModelFileTests(MessageFeatures messages) : IClassFixture<MessageFeatures>
{
    private readonly MLContext _ml = new(seed: 1);

    [Fact]
    public void A_model_and_its_loader_come_back_together()
    {
        var (loader, data) = TextFile();
        var model = Pipeline().Fit(loader.Load(data));
        var zip = messages.NewFile("zip");

        _ml.Model.Save(model, loader, zip);
        var loaded = new MLContext(seed: 2).Model.LoadWithDataLoader(zip, out var loadedLoader);

        loaded.Transform(loadedLoader.Load(data)).GetColumn<float>("Score").Should().Equal(model.Transform(loader.Load(data)).GetColumn<float>("Score"));
    }

    [Fact]
    public void A_loader_that_featurises_comes_back_as_one()
    {
        var (loader, data) = TextFile();
        var featurizing = loader.Append(messages.Estimator).Fit(data);
        var expected = MessageFeatures.Vectors(featurizing.Load(data));
        using var stream = new MemoryStream();

        _ml.Model.Save(model: null, featurizing, stream);
        new MLContext(seed: 2).Model.LoadWithDataLoader(stream, out var loaded);

        MessageFeatures.Vectors(loaded.Load(data)).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
        expected.Should().Contain(vector => vector.Any(value => value != 0));
    }

    [Fact]
    public void A_loaded_featuriser_serves_a_new_trainer_and_is_saved_within_its_model()
    {
        var featurizer = messages.Reload(messages.Transformer, messages.Source.Schema);
        var trained = _ml.BinaryClassification.Trainers.LbfgsLogisticRegression().Fit(_ml.Data.Cache(featurizer.Transform(messages.Source)));
        var whole = new TransformerChain<ITransformer>(featurizer, trained);
        var outer = new TransformerChain<ITransformer>(_ml.Transforms.CopyColumns("Copy", "Text").Fit(messages.Source), whole);

        var loaded = messages.Reload(outer, messages.Source.Schema);

        loaded.Transform(messages.Source).GetColumn<float>("Score").Should().Equal(whole.Transform(messages.Source).GetColumn<float>("Score"));
        _ml.BinaryClassification.Evaluate(loaded.Transform(messages.Source)).AreaUnderRocCurve.Should().BeGreaterThan(0.9);
    }

    [Fact]
    public void The_file_names_the_columns_that_a_caller_must_give()
    {
        var zip = messages.NewFile("zip");
        _ml.Model.Save(Pipeline().Fit(messages.Source), messages.Source.Schema, zip);

        new MLContext(seed: 2).Model.Load(zip, out var schema);

        schema.Select(column => (column.Name, column.Type)).Should().Equal(messages.Source.Schema.Select(column => (column.Name, column.Type)));
    }

    [Fact]
    public void Export_to_ONNX_is_not_offered() =>
        typeof(RouteSaeTransformer).GetInterfaces().Select(type => type.Name).Should().NotContain(name => name.Contains("Onnx"));

    private IEstimator<ITransformer> Pipeline() =>
        messages.Estimator.AppendCacheCheckpoint(_ml).Append(_ml.BinaryClassification.Trainers.LbfgsLogisticRegression());

    private (TextLoader Loader, MultiFileSource Data) TextFile()
    {
        var path = messages.NewFile("tsv");
        File.WriteAllLines(path, Message.Many(30).Select(message => $"{(message.Label ? 1 : 0)}\t{message.Text}"));
        var loader = _ml.Data.CreateTextLoader([new TextLoader.Column("Label", DataKind.Boolean, 0), new TextLoader.Column("Text", DataKind.String, 1)]);
        return (loader, new MultiFileSource(path));
    }
}
