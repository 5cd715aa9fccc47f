using Microsoft.ML;

namespace RouteSae.MLNet.Experiments;

/// <summary>The rows of an experiment with prepared labels, in memory, and how they are split.</summary>
internal sealed class ExperimentData
{
    private readonly IDataView _train;
    private readonly IDataView? _validation;
    private readonly StratifiedRows _rows;

    public ExperimentData(MLContext ml, RouteSaeExperimentOptions options, IDataView train, IDataView? validation, int seed)
    {
        Label = new LabelColumn(ml, options).Estimator(train.Schema)?.Fit(train);
        _train = ml.Data.Cache(Label?.Transform(train) ?? train);
        var classes = RowClasses.Read(_train, train, options.LabelColumnName);
        new ClassCounts(options, classes).CheckTraining(validation is null ? options.Folds : null);
        _validation = validation is null ? null : Labelled(ml, options, validation);
        _rows = new StratifiedRows(classes, options.Folds, seed);
    }

    /// <summary>Turns the user's label into the trainers'; null where it is one.</summary>
    public ITransformer? Label { get; }

    /// <summary>All labelled training rows.</summary>
    public IDataView All => new RowSubset(_train, _rows.Select(1, _ => true));

    /// <summary>How many training rows a fraction has.</summary>
    public int Count(double fraction) => _rows.Select(fraction, _ => true).Count(kept => kept);

    /// <summary>Pairs to fit on and evaluate on: the folds of the fraction, or the fraction and the validation set.</summary>
    public IEnumerable<ExperimentSplit> Splits(double fraction) => _validation is null
        ? _rows.Folds(fraction).Select(fold => new ExperimentSplit(new RowSubset(_train, fold.Train), new RowSubset(_train, fold.Test)))
        : [new ExperimentSplit(new RowSubset(_train, _rows.Select(fraction, _ => true)), _validation)];

    /// <summary>All rows that the splits of a fraction read.</summary>
    public IEnumerable<IDataView> Views(double fraction)
    {
        yield return new RowSubset(_train, _rows.Select(fraction, _ => true));
        if (_validation is not null)
        {
            yield return _validation;
        }
    }

    private RowSubset Labelled(MLContext ml, RouteSaeExperimentOptions options, IDataView validation)
    {
        var prepared = ml.Data.Cache(Label?.Transform(validation) ?? validation);
        var classes = RowClasses.Read(prepared, validation, options.LabelColumnName);
        new ClassCounts(options, classes).CheckValidation();
        return new RowSubset(prepared, [.. classes.Select(number => number > 0)]);
    }
}
