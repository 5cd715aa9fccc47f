using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;

namespace TextClassification;

/// <summary>Loads the saved model in a fresh process with nothing but ML.NET's own call, and brings its predictions back.</summary>
internal static class SecondProcess
{
    public const string Command = "predict";

    /// <summary>The parent's side: starts this program again and reads what it predicts.</summary>
    public static IReadOnlyList<Prediction> Predict(string modelPath, string dataPath)
    {
        var output = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
            // Started as "dotnet TextClassification.dll", the process is dotnet and needs to be told the program again.
            if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
                start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
            foreach (var argument in new[] { Command, "--model", modelPath, "--data", dataPath, "--output", output })
                start.ArgumentList.Add(argument);
            using var process = Process.Start(start) ?? throw new InvalidOperationException("The second process did not start.");
            process.WaitForExit();
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize<Prediction[]>(File.ReadAllText(output))!
                : throw new InvalidOperationException($"The second process ended with exit code {process.ExitCode}.");
        }
        finally
        {
            File.Delete(output);
        }
    }

    /// <summary>The child's side. No RouteSae type is named here: mlContext.Model.Load finds the component by itself.</summary>
    public static int Run(string modelPath, string dataPath, string outputPath)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(modelPath, out _);
        var rows = ml.Data.LoadFromEnumerable(LabeledText.Read(ml, dataPath));
        var predictions = ml.Data.CreateEnumerable<Prediction>(model.Transform(rows), reuseRowObject: false).ToArray();
        File.WriteAllText(outputPath, JsonSerializer.Serialize(predictions));
        return 0;
    }

    /// <summary>Whether two runs predict the same classes with bit-identical scores.</summary>
    public static bool Identical(IReadOnlyList<Prediction> first, IReadOnlyList<Prediction> second) =>
        first.Count == second.Count && first.Zip(second).All(pair =>
            pair.First.PredictedLabel == pair.Second.PredictedLabel && pair.First.Score.SequenceEqual(pair.Second.Score));
}
