using Microsoft.ML;
using Microsoft.ML.Data;
using RouteSae.Features;
using RouteSae.MLNet.DataViews;
using RouteSae.MLNet.Pipelines;

namespace RouteSae.MLNet.Explanations;

/// <summary>Reads what an explanation needs from the row that a cursor is on.</summary>
internal sealed class ExplainedRow
{
    private readonly ValueGetter<VBuffer<float>> _features;
    private readonly ValueGetter<VBuffer<float>>? _scores;
    private readonly ValueGetter<float>? _score;
    private readonly IReadOnlyDictionary<RouteSaeTransformer, WindowCodes> _codes;
    private readonly IReadOnlyDictionary<string, ValueGetter<ReadOnlyMemory<char>>> _texts;

    public ExplainedRow(DataViewRowCursor cursor, string featureColumn, IReadOnlyDictionary<RouteSaeTransformer, WindowCodes> codes)
    {
        var score = cursor.Schema["Score"];
        _features = cursor.GetGetter<VBuffer<float>>(cursor.Schema[featureColumn]);
        _scores = score.Type is VectorDataViewType ? cursor.GetGetter<VBuffer<float>>(score) : null;
        _score = score.Type is VectorDataViewType ? null : cursor.GetGetter<float>(score);
        _codes = codes;
        _texts = codes.Keys.Select(featurizer => featurizer.InputColumnName).Distinct()
            .ToDictionary(name => name, name => cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema[name]));
    }

    /// <summary>The slots that are not zero.</summary>
    public IReadOnlyList<KeyValuePair<int, float>> Features { get; private set; } = [];

    public float[] Scores { get; private set; } = [];

    /// <summary>What each RouteSae column made of its text.</summary>
    public IReadOnlyDictionary<RouteSaeTransformer, TextCodes> Codes { get; private set; } = new Dictionary<RouteSaeTransformer, TextCodes>();

    public void Read()
    {
        VBuffer<float> buffer = default;
        _features(ref buffer); // runs the networks
        Features = [.. buffer.Items().Where(item => item.Value != 0)];
        Scores = ReadScores();
        Codes = _codes.ToDictionary(pair => pair.Key, pair => pair.Value.Of(Text(pair.Key.InputColumnName)));
    }

    private string Text(string column)
    {
        ReadOnlyMemory<char> text = default;
        _texts[column](ref text);
        return text.ToString();
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
