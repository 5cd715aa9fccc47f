namespace RouteSae.MLNet.Experiments;

/// <summary>Refuses labels that there is nothing to learn or measure from.</summary>
/// <param name="options">The column, the metric and the positive label.</param>
/// <param name="classes">The class of each row, from 1; 0 without a label. Of two classes, 1 is the negative and 2 the positive one.</param>
internal sealed class ClassCounts(RouteSaeExperimentOptions options, int[] classes)
{
    private readonly int _labelled = classes.Count(number => number > 0);

    private int Negative => classes.Count(number => number == 1);

    private int Positive => classes.Count(number => number == 2);

    private string PositiveIs => options.PositiveLabel is null ? "" : $" (positive is '{options.PositiveLabel}')";

    /// <summary>Checks training rows.</summary>
    /// <param name="folds">Into how many parts they are split; null with a validation set.</param>
    /// <exception cref="ArgumentException">There are too few, of one class or of all.</exception>
    public void CheckTraining(int? folds)
    {
        var different = classes.Where(number => number > 0).Distinct().Count();
        if (different < 2)
        {
            throw new ArgumentException(
                $"The label column '{options.LabelColumnName}' has {different} classes{PositiveIs} in {_labelled} labelled rows of {classes.Length}. At least 2 are needed.");
        }

        if (_labelled < 2 * folds)
        {
            throw new ArgumentException(
                $"{_labelled} labelled rows are too few for {folds} folds: at least {2 * folds} are needed. Give more rows or a validation set, or set Folds lower.");
        }

        var fewest = Math.Min(Positive, Negative);
        if (options.Metric.IsBinary() && fewest < folds)
        {
            var remedy = fewest < 2 ? "Give more rows" : $"Set Folds to {fewest} or lower";
            throw new ArgumentException(
                $"The label column '{options.LabelColumnName}' has {Positive} positive{PositiveIs} and {Negative} negative rows. Each of the {folds} folds needs one of both. {remedy}, or give a validation set.");
        }
    }

    /// <summary>Checks rows of the validation set.</summary>
    /// <exception cref="ArgumentException">No row can be used, or one of two classes is not there.</exception>
    public void CheckValidation()
    {
        if (_labelled == 0)
        {
            throw new ArgumentException(
                $"No row of the validation set has a label in column '{options.LabelColumnName}' that occurs in training. Check the set and the column.");
        }

        if (options.Metric.IsBinary() && Math.Min(Positive, Negative) == 0)
        {
            throw new ArgumentException(
                $"The validation set has {Positive} positive{PositiveIs} and {Negative} negative rows in column '{options.LabelColumnName}'. {options.Metric} needs both. Give a set with both, or none for cross-validation.");
        }
    }
}
