using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Spectre.Console;

namespace TextClassification;

/// <summary>The example from data to explained, saved and reloaded model.</summary>
internal sealed class Example(string? dataPath, string? testPath, string? jsonPath, string modelPath)
{
    private const int Seed = 1;

    private readonly MLContext _ml = new(Seed);

    /// <summary>Runs everything. 0 when all of it held.</summary>
    public int Run()
    {
        var (train, test) = Load();
        AnsiConsole.MarkupLine($"[bold]{train.Count}[/] training texts, [bold]{test.Count}[/] test texts, {train.Select(t => t.Label).Distinct().Count()} classes\n");

        var testRows = _ml.Data.LoadFromEnumerable(test);
        var classifier = Fit("Training on RouteSae features", train, _ml.Transforms.RouteSae("Features", "Text"));
        var labels = classifier.Labels(testRows);
        var clock = Stopwatch.StartNew();
        var predictions = WithBar("Predicting the test texts", test, classifier.Predict);
        var textsPerSecond = test.Count / clock.Elapsed.TotalSeconds;

        var baselines = Baselines(train, test, labels);
        var quality = Quality.Of(predictions, labels);
        Show(quality, baselines);
        AnsiConsole.MarkupLine($"{textsPerSecond:F0} texts/s (features and prediction)\n");

        var explanations = new Explanations(_ml, classifier);
        var ofClasses = WithBar("Collecting what speaks for each class", train, rows => explanations.OfClasses(rows, labels, count: 5));
        ShowClasses(labels, ofClasses);
        ShowTexts(explanations, predictions, labels);

        var identical = SaveAndReload(classifier, testRows, test, predictions);
        if (jsonPath is not null)
        {
            new Report
            {
                Accuracy = quality.Accuracy,
                MacroF1 = quality.MacroF1,
                LogLoss = quality.LogLoss,
                Baselines = baselines,
                TextsPerSecond = textsPerSecond,
                IdenticalAfterReload = identical,
            }.Write(jsonPath);
        }
        return identical && ofClasses.All(reasons => reasons.Count > 0) ? 0 : 1;
    }

    private (IReadOnlyList<LabeledText> Train, IReadOnlyList<LabeledText> Test) Load()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "data");
        var rows = LabeledText.Read(_ml, dataPath ?? Path.Combine(folder, "tickets.train.tsv"));
        if (dataPath is null || testPath is not null)
            return (rows, LabeledText.Read(_ml, testPath ?? Path.Combine(folder, "tickets.test.tsv")));
        if (rows.Count < 5)
            throw new InvalidDataException($"{dataPath} has {rows.Count} texts. Give at least 5, of which every fifth is held out, or a file of test texts with --test.");
        return ([.. rows.Where((_, i) => i % 5 != 4)], [.. rows.Where((_, i) => i % 5 == 4)]);
    }

    private Classifier Fit(string name, IReadOnlyList<LabeledText> train, IEstimator<ITransformer> featurizer) =>
        WithBar(name, train, rows => Classifier.Fit(_ml, rows, featurizer));

    /// <summary>Runs something over rows, with a bar that moves as they are read.</summary>
    private T WithBar<T>(string name, IReadOnlyList<LabeledText> rows, Func<IDataView, T> action) =>
        AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
            .Start(context => action(_ml.Data.LoadFromEnumerable(CountedRows.Of(rows, context.AddTask(name)))));

    private Dictionary<string, Quality> Baselines(IReadOnlyList<LabeledText> train, IReadOnlyList<LabeledText> test, IReadOnlyList<string> labels)
    {
        var rows = _ml.Data.LoadFromEnumerable(test);
        var words = Fit("Training on FeaturizeText", train, _ml.Transforms.Text.FeaturizeText("Features", "Text"));
        var both = Fit("Training on both", train, _ml.Transforms.RouteSae("Named", "Text")
            .Append(_ml.Transforms.NormalizeLpNorm("Named"))
            .Append(_ml.Transforms.Text.FeaturizeText("Words", "Text"))
            .Append(_ml.Transforms.NormalizeLpNorm("Words"))
            .Append(_ml.Transforms.Concatenate("Features", "Named", "Words")));
        return new Dictionary<string, Quality>
        {
            ["majority"] = Quality.Of(Majority(train, test, labels), labels),
            ["featurizeText"] = Quality.Of(words.Predict(rows), words.Labels(rows)),
            ["both"] = Quality.Of(both.Predict(rows), both.Labels(rows)),
        };
    }

    /// <summary>Always the most frequent class, with the classes' frequencies as probabilities.</summary>
    private static IReadOnlyList<Prediction> Majority(IReadOnlyList<LabeledText> train, IReadOnlyList<LabeledText> test, IReadOnlyList<string> labels)
    {
        var shares = labels.Select(label => (float)train.Count(row => row.Label == label) / train.Count).ToArray();
        var most = labels[Array.IndexOf(shares, shares.Max())];
        return [.. test.Select(row => new Prediction { Label = row.Label, Text = row.Text, PredictedLabel = most, Score = shares })];
    }

    private static void Show(Quality quality, Dictionary<string, Quality> baselines)
    {
        var table = new Table().AddColumn("features").AddColumn("accuracy").AddColumn("macro-F1").AddColumn("log-loss");
        foreach (var (name, q) in new[] { ("RouteSae", quality), ("FeaturizeText", baselines["featurizeText"]), ("both", baselines["both"]), ("majority class", baselines["majority"]) })
            table.AddRow(name, $"{q.Accuracy:F3}", $"{q.MacroF1:F3}", $"{q.LogLoss:F3}");
        AnsiConsole.Write(table);
    }

    private static void ShowClasses(IReadOnlyList<string> labels, IReadOnlyList<IReadOnlyList<Explanations.Reason>> reasons)
    {
        AnsiConsole.MarkupLine("[bold]What speaks for each class[/]");
        foreach (var (label, strongest) in labels.Zip(reasons))
        {
            AnsiConsole.MarkupLineInterpolated($"  [bold]{label}[/]");
            foreach (var reason in strongest)
                AnsiConsole.MarkupLineInterpolated($"    {reason.Contribution,6:F2}  {reason.Name}");
        }
        AnsiConsole.WriteLine();
    }

    private static void ShowTexts(Explanations explanations, IReadOnlyList<Prediction> predictions, IReadOnlyList<string> labels)
    {
        AnsiConsole.MarkupLine("[bold]Why three test texts were classified so[/]");
        foreach (var prediction in predictions.Take(3))
        {
            AnsiConsole.MarkupLineInterpolated($"  \"{prediction.Text}\"");
            AnsiConsole.MarkupLineInterpolated($"  → [bold]{prediction.PredictedLabel}[/] ({prediction.Score.Max():P0}; labelled {prediction.Label})");
            var text = new LabeledText { Label = prediction.Label, Text = prediction.Text };
            foreach (var reason in explanations.OfText(text, labels.ToList().IndexOf(prediction.PredictedLabel), count: 4))
                AnsiConsole.MarkupLineInterpolated($"    {reason.Contribution,6:F2}  {reason.Name}  ← {string.Join(", ", reason.Tokens)}");
            AnsiConsole.WriteLine();
        }
    }

    private bool SaveAndReload(Classifier classifier, IDataView testRows, IReadOnlyList<LabeledText> test, IReadOnlyList<Prediction> predictions)
    {
        _ml.Model.SaveAtomically(classifier.Model, testRows.Schema, modelPath);
        var texts = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(texts, test.Select(row => $"{row.Label}\t{row.Text}").Prepend("Label\tText"));
            var reloaded = AnsiConsole.Status().Start("Predicting in a second process", _ => SecondProcess.Predict(modelPath, texts));
            var identical = SecondProcess.Identical(predictions, reloaded);
            AnsiConsole.MarkupLineInterpolated($"Saved {Path.GetFileName(modelPath)} ({new FileInfo(modelPath).Length / 1e6:F1} MB). A second process predicts from it: {(identical ? "identical" : "DIFFERENT")}.");
            return identical;
        }
        finally
        {
            File.Delete(texts);
        }
    }
}
