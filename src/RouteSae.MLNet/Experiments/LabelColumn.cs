using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet.Experiments;

/// <summary>Turns the label column into what trainers read: a key for several classes, a bool for two.</summary>
internal sealed class LabelColumn(MLContext ml, RouteSaeExperimentOptions options)
{
    /// <summary>What is wrong with the column; null when nothing is.</summary>
    public string? Problem(DataViewSchema schema)
    {
        if (schema.GetColumnOrNull(options.LabelColumnName) is not { } column)
        {
            return $"The data has no label column '{options.LabelColumnName}'. Its columns: {string.Join(", ", schema.Where(c => !c.IsHidden).Select(c => c.Name))}.";
        }

        if (column.Type is not (TextDataViewType or BooleanDataViewType or KeyDataViewType or NumberDataViewType))
        {
            return $"The label column '{column.Name}' is {column.Type}. It must be a text, a key, a bool or a number a row.";
        }

        return options.Metric.IsBinary() ? BinaryProblem(column)
            : options.PositiveLabel is not null ? $"PositiveLabel is '{options.PositiveLabel}', but {options.Metric} is a metric of several classes. Leave PositiveLabel null, or choose a metric of two."
            : null;
    }

    /// <summary>Why the label of the validation set is not that of the training data; null when it is. Both must be without a problem of their own.</summary>
    public string? Mismatch(DataViewSchema train, DataViewSchema validation)
    {
        var (name, known, other) = (options.LabelColumnName, train[options.LabelColumnName], validation[options.LabelColumnName]);
        if (known.Type is not KeyDataViewType || other.Type is not KeyDataViewType)
        {
            return known.Type.Equals(other.Type) ? null
                : $"The label column '{name}' is {known.Type} in the training data and {other.Type} in the validation set. Give both the same type.";
        }

        // For two classes the keys are turned back into texts, each set by its own.
        return options.Metric.IsBinary() || KeyClasses.AreSame(known, other) ? null
            : $"The label column '{name}' has keys of different classes in the training data and the validation set, so that the same number means different things. "
                + "Map both with one fitted MapValueToKey, or give the labels as they were before it.";
    }

    /// <summary>The step that makes the label of what is in the data; null where it can stay as it is.</summary>
    public IEstimator<ITransformer>? Estimator(DataViewSchema schema)
    {
        var name = options.LabelColumnName;
        var type = schema[name].Type;
        if (!options.Metric.IsBinary())
        {
            return type is KeyDataViewType
                ? WideKey(type, name)
                : ml.Transforms.Conversion.MapValueToKey(name, keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue);
        }

        if (type is BooleanDataViewType)
        {
            return null;
        }

        var isPositive = ml.Transforms.Conversion.MapValue(name, [KeyValuePair.Create(options.PositiveLabel!.AsMemory(), true)], name);
        return type is KeyDataViewType ? ml.Transforms.Conversion.MapKeyToValue(name).Append(isPositive) : isPositive;
    }

    /// <summary>Trainers read keys of 32 bits only.</summary>
    private IEstimator<ITransformer>? WideKey(DataViewType type, string name) =>
        type.RawType == typeof(uint) ? null : ml.Transforms.Conversion.ConvertType(name, outputKind: DataKind.UInt32);

    private string? BinaryProblem(DataViewSchema.Column column) => column.Type switch
    {
        BooleanDataViewType => options.PositiveLabel is null ? null : $"PositiveLabel is '{options.PositiveLabel}', but the label column '{column.Name}' is bool, where true is positive. Leave it null.",
        NumberDataViewType => $"The label column '{column.Name}' is a number. For {options.Metric} it must be a bool, a text or a key.",
        KeyDataViewType when !HasTextKeys(column) => $"The label column '{column.Name}' is a key without text values. For {options.Metric} it must be a bool, a text, or a key with text values.",
        _ => options.PositiveLabel is null ? $"PositiveLabel is null. For {options.Metric} with a text or key label, say which label is the positive class." : null,
    };

    private static bool HasTextKeys(DataViewSchema.Column column) =>
        column.Annotations.Schema.GetColumnOrNull("KeyValues") is { Type: VectorDataViewType { ItemType: TextDataViewType } };
}
