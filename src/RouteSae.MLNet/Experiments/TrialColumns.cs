using Microsoft.ML;

namespace RouteSae.MLNet.Experiments;

/// <summary>The names of the columns that a trial adds to the user's.</summary>
internal static class TrialColumns
{
    private static readonly string[] OfTrainers = ["PredictedLabel", "Score", "Probability"];

    /// <summary>What is wrong with the columns that the settings name.</summary>
    public static IEnumerable<string> Problems(RouteSaeExperimentOptions options)
    {
        if (OfTrainers.Contains(options.LabelColumnName))
        {
            yield return $"The label column is '{options.LabelColumnName}', which trainers write their results to. Rename it.";
        }

        if (!string.IsNullOrWhiteSpace(options.LabelColumnName) && options.LabelColumnName == options.TextColumnName)
        {
            yield return $"TextColumnName and LabelColumnName name the same column '{options.LabelColumnName}'. Each needs a column of its own.";
        }
    }

    /// <summary>What is wrong with the further columns that the options of the features ask for.</summary>
    public static IEnumerable<string> Problems(RouteSaeOptions features, string label) => features.FurtherColumns()
        .Where(column => column.Name == label || OfTrainers.Contains(column.Name))
        .Select(column => $"{column.Option} is '{column.Name}', the name of {(column.Name == label ? "the label column" : "a column that trainers write their results to")}. Choose another.");

    /// <summary>A name for the features that neither the data nor a trial's further columns have: Features where it is free.</summary>
    public static string FreeForFeatures(IEnumerable<DataViewSchema> data, IEnumerable<PlannedTrial> trials)
    {
        var taken = data.SelectMany(schema => schema.Select(column => column.Name))
            .Concat(trials.SelectMany(trial => trial.Options.FurtherColumns().Select(column => column.Name)))
            .ToHashSet();
        return Enumerable.Range(1, int.MaxValue).Select(number => number switch
        {
            1 => "Features",
            2 => "RouteSaeFeatures",
            _ => $"RouteSaeFeatures{number}",
        }).First(name => !taken.Contains(name));
    }
}
