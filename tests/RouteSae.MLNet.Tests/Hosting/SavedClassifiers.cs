using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;

namespace RouteSae.MLNet.Tests.Hosting;

/// <summary>Saved models over real, small networks. The classes of the old and the new one have different names, so that an answer says who gave it.</summary>
public sealed class SavedClassifiers : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly MLContext _ml = new(seed: 1);

    public SavedClassifiers()
    {
        using var bundle = new SmallModel();
        Save("old.zip", bundle.Folder, prefix: "old");
        Save("new.zip", bundle.Folder, prefix: "new");
        SaveWithoutPredictor(bundle.Folder);
        SaveWithoutRouteSae();
    }

    public string Old => _temporary.File("old.zip");

    public string New => _temporary.File("new.zip");

    public string WithoutPredictor => _temporary.File("features.zip");

    public string WithoutRouteSae => _temporary.File("plain.zip");

    /// <summary>Letters of many lengths.</summary>
    public static Letter[] Letters(int count) => Array.ConvertAll(SampleTexts.Many(count), text => new Letter { Text = text });

    /// <summary>What a saved model says when it is asked in one go.</summary>
    public Verdict[] Expected(string zip, IEnumerable<Letter> letters)
    {
        var model = _ml.Model.Load(zip, out _);
        try
        {
            return [.. _ml.Data.CreateEnumerable<Verdict>(model.Transform(_ml.Data.LoadFromEnumerable(letters)), reuseRowObject: false)];
        }
        finally
        {
            (model as IDisposable)?.Dispose();
        }
    }

    public void Dispose() => _temporary.Dispose();

    private void Save(string name, string bundle, string prefix)
    {
        var rows = _ml.Data.LoadFromEnumerable(Letters(60).Select(letter => new Labelled { Text = letter.Text!, Label = $"{prefix} {(letter.Text!.Contains("money", StringComparison.Ordinal) ? "money" : "other")}" }));
        var pipeline = _ml.Transforms.Conversion.MapValueToKey("Key", "Label")
            .Append(_ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = bundle, Pooling = Pooling.Mean }))
            .AppendCacheCheckpoint(_ml)
            .Append(_ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy("Key", l1Regularization: 0))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var fitted = pipeline.Fit(rows);
        using var file = File.Create(_temporary.File(name));
        _ml.Model.Save(Served(fitted), rows.Schema, file);
        fitted.Dispose();
    }

    // Letters have no label, so the step that reads it is not served.
    private static ITransformer Served(IEnumerable<ITransformer> fitted) => new TransformerChain<ITransformer>([.. fitted.Skip(1)]);

    private void SaveWithoutPredictor(string bundle)
    {
        var rows = _ml.Data.LoadFromEnumerable(Letters(4));
        using var fitted = _ml.Transforms.RouteSae("Features", "Text", new RouteSaeOptions { Model = bundle }).Fit(rows);
        _ml.Model.Save(fitted, rows.Schema, WithoutPredictor);
    }

    private void SaveWithoutRouteSae()
    {
        var rows = _ml.Data.LoadFromEnumerable(Letters(4));
        _ml.Model.Save(_ml.Transforms.Text.FeaturizeText("Features", "Text").Fit(rows), rows.Schema, WithoutRouteSae);
    }

    private sealed class Labelled
    {
        public string Text { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
