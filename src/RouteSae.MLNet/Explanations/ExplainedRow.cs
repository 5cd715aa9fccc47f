using Microsoft.ML;
using Microsoft.ML.Data;

namespace RouteSae.MLNet;

/// <summary>Reads what an explanation needs from the row that a cursor is on.</summary>
internal sealed class ExplainedRow
{
    private readonly ValueGetter<VBuffer<float>> _features;
    private readonly ValueGetter<VBuffer<float>>? _scores;
    private readonly ValueGetter<float>? _score;
    private readonly IReadOnlyDictionary<string, ValueGetter<ReadOnlyMemory<char>>> _texts;

    public ExplainedRow(DataViewRowCursor cursor, string featureColumn, IEnumerable<RouteSaeTransformer> featurizers)
    {
        var score = cursor.Schema["Score"];
        _features = cursor.GetGetter<VBuffer<float>>(cursor.Schema[featureColumn]);
        _scores = score.Type is VectorDataViewType ? cursor.GetGetter<VBuffer<float>>(score) : null;
        _score = score.Type is VectorDataViewType ? null : cursor.GetGetter<float>(score);
        _texts = featurizers.Select(featurizer => featurizer.InputColumnName).Distinct()
            .ToDictionary(name => name, name => cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema[name]));
    }

    /// <summary>The slots that are not zero.</summary>
    public IReadOnlyList<KeyValuePair<int, float>> Features { get; private set; } = [];

    public float[] Scores { get; private set; } = [];

    public Dictionary<string, string> Texts { get; } = [];

    public void Read()
    {
        VBuffer<float> buffer = default;
        _features(ref buffer);
        Features = [.. buffer.Items().Where(item => item.Value != 0)];
        Scores = ReadScores();
        foreach (var (column, read) in _texts)
        {
            ReadOnlyMemory<char> text = default;
            read(ref text);
            Texts[column] = text.ToString();
        }
    }

    private float[] ReadScores()
    {
        if (_score is not null)
        {
            var score = 0f;
            _score(ref score);
            return [score];
        }

        VBuffer<float> scores = default;
        _scores!(ref scores);
        return [.. scores.DenseValues()];
    }
}
