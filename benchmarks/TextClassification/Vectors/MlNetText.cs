using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Text;
using RouteSae.Features;

namespace RouteSae.ClassificationBenchmark;

/// <summary>ML.NET's FeaturizeText.</summary>
/// <param name="texts">The texts of all rows.</param>
/// <param name="options">Its options; null: ML.NET's defaults.</param>
internal sealed class MlNetText(IReadOnlyList<string> texts, TextFeaturizingEstimator.Options? options = null) : FeatureSource
{
    private const int ManyTexts = 1000;

    /// <summary>Whether features of a single training text are left out where there are 1,000 training texts or more.</summary>
    public bool DropsSingle { get; init; }

    /// <summary>TF-IDF of words alone.</summary>
    public static TextFeaturizingEstimator.Options Words => new()
    {
        WordFeatureExtractor = new WordBagEstimator.Options { NgramLength = 1, Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf },
        CharFeatureExtractor = null,
    };

    /// <summary>TF-IDF of words, pairs of words, and three characters in a row.</summary>
    public static TextFeaturizingEstimator.Options WordsAndCharacters => new()
    {
        WordFeatureExtractor = new WordBagEstimator.Options { NgramLength = 2, UseAllLengths = true, Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf },
        CharFeatureExtractor = new WordBagEstimator.Options { NgramLength = 3, UseAllLengths = false, Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf },
    };

    protected override SparseRows Compute(int[] train)
    {
        var ml = new MLContext(seed: 1);
        var all = ml.Data.LoadFromEnumerable(texts.Select(text => new Row { Text = text }));
        var some = ml.Data.LoadFromEnumerable(train.Select(row => new Row { Text = texts[row] }));
        var estimator = options is null ? ml.Transforms.Text.FeaturizeText("Features", "Text") : ml.Transforms.Text.FeaturizeText("Features", options, "Text");
        var rows = Read(estimator.Fit(some).Transform(all));
        if (!DropsSingle || train.Length < ManyTexts)
            return rows;
        var counts = rows.RowsWith(train);
        return rows.Keep([.. Enumerable.Range(0, rows.Columns).Where(column => counts[column] > 1)]);
    }

    private static SparseRows Read(IDataView data)
    {
        var column = data.Schema["Features"];
        var vectors = new List<FeatureVector>();
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            var items = value.Items().Where(item => item.Value != 0).ToArray();
            vectors.Add(new FeatureVector([.. items.Select(item => item.Key)], [.. items.Select(item => item.Value)]));
        }
        return SparseRows.Of(vectors, ((VectorDataViewType)column.Type).Size);
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";
    }
}
