using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;
using RouteSae.MLNet;
using TextClassification;

namespace AutoMLExample;

/// <summary>The example: search space, pipeline, experiment, and the best model saved and loaded.</summary>
internal sealed class Experiment(uint seconds, int? trials, string modelPath)
{
    private const string Label = "Label";
    private const string Features = "Features";

    private readonly MLContext _ml = new(seed: 1);

    /// <summary>Runs everything. 0 when the loaded model predicts what the saved one did.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "data");
        var train = _ml.Data.LoadFromEnumerable(LabeledText.Read(_ml, Path.Combine(folder, "tickets.train.tsv")));
        var test = _ml.Data.LoadFromEnumerable(LabeledText.Read(_ml, Path.Combine(folder, "tickets.test.tsv")));
        var pipeline = Pipeline();
        var log = new TrialLog(pipeline);

        var experiment = _ml.Auto().CreateExperiment()
            .SetPipeline(pipeline)
            .SetDataset(_ml.Data.TrainTestSplit(train, testFraction: 0.2, seed: 1))
            .SetMulticlassClassificationMetric(MulticlassClassificationMetric.MacroAccuracy, Label)
            .SetTrainingTimeInSeconds(seconds)
            .SetMonitor(log);
        if (trials is { } most)
        {
            experiment.SetMaxModelToExplore(most);
        }

        var best = await experiment.RunAsync(cancellationToken);
        Console.WriteLine($"Best trial: {best.TrialSettings.TrialId}, macro-accuracy {best.Metric:F3} on the held-out fifth of the training texts");
        Console.WriteLine($"  {log.Describe(best.TrialSettings)}");
        return Save(best.Model, train, test);
    }

    /// <summary>
    /// Label key → RouteSae with options from the search space → one of AutoML's trainers → label. RouteSaeOptions carries its search space in
    /// attributes; the defaults given here stand for everything without one.
    /// </summary>
    private SweepablePipeline Pipeline()
    {
        var defaults = new RouteSaeOptions { Seed = 1 };
        var features = _ml.Auto().CreateSweepableEstimator(
            (MLContext context, RouteSaeOptions options) => (IEstimator<ITransformer>)context.Transforms.RouteSae(Features, "Text", options),
            new SearchSpace<RouteSaeOptions>(defaults));
        var trainers = _ml.Auto().MultiClassification(
            Label, Features, useFastForest: false, useLgbm: false, useFastTree: false, useLbfgsLogisticRegression: false, useSdcaLogisticRegression: false);
        return _ml.Transforms.Conversion.MapValueToKey(Label)
            .Append(features)
            .Append(trainers)
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    }

    private int Save(ITransformer model, IDataView train, IDataView test)
    {
        _ml.Model.SaveAtomically(model, train.Schema, modelPath);
        var loaded = new MLContext().Model.Load(modelPath, out _);
        var identical = Predict(model, test).SequenceEqual(Predict(loaded, test));
        var metrics = _ml.MulticlassClassification.Evaluate(loaded.Transform(test), Label);
        Console.WriteLine($"Saved {modelPath}; loaded, it predicts {(identical ? "the same" : "something else")}.");
        Console.WriteLine($"Test texts: macro-accuracy {metrics.MacroAccuracy:F3}, log-loss {metrics.LogLoss:F3}");
        return identical ? 0 : 1;
    }

    private string[] Predict(ITransformer model, IDataView data) =>
        [.. _ml.Data.CreateEnumerable<TicketClass>(model.Transform(data), reuseRowObject: false).Select(ticket => ticket.PredictedLabel)];
}
