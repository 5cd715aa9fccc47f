using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Tests.Compatibility;

/// <summary>Messages, and their features by a real network: one estimator, so that all tests of a class share one network.</summary>
public sealed class MessageFeatures : IDisposable
{
    public const int Rows = 60;

    private readonly SmallModel _small = new();

    public MessageFeatures()
    {
        Ml = new MLContext(seed: 1);
        Source = Ml.Data.LoadFromEnumerable(Message.Many(Rows));
        Estimator = Column("Features", "Text");
        Transformer = Estimator.Fit(Source);
        var topics = Ml.Transforms.Conversion.MapValueToKey("TopicKey", "Topic").Fit(Source).Transform(Source);
        Featurized = Ml.Data.Cache(Transformer.Transform(topics));
    }

    public MLContext Ml { get; }

    public IDataView Source { get; }

    public RouteSaeEstimator Estimator { get; }

    public RouteSaeTransformer Transformer { get; }

    /// <summary>The source with Features and TopicKey, in memory.</summary>
    public IDataView Featurized { get; }

    public RouteSaeEstimator Column(string output, string input, Pooling pooling = Pooling.Max) =>
        Ml.Transforms.RouteSae(output, input, new RouteSaeOptions { Model = _small.Folder, Pooling = pooling });

    public string NewFile(string extension) => _small.Path($"{Guid.NewGuid():N}.{extension}");

    public void Dispose()
    {
        Transformer.Dispose();
        _small.Dispose();
    }

    /// <summary>The model as another process would have it.</summary>
    public ITransformer Reload(ITransformer model, DataViewSchema schema)
    {
        using var zip = new MemoryStream();
        Ml.Model.Save(model, schema, zip);
        return new MLContext(seed: 9).Model.Load(zip, out _);
    }

    public static float[][] Vectors(IDataView data, string column = "Features") => [.. data.GetColumn<float[]>(column)];

    public static string[] SlotNames(IDataView data, string column = "Features")
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        data.Schema[column].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
