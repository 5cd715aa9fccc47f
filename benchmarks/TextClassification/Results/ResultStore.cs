using System.Text;
using System.Text.Json;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The results of one set in a work folder, a line of JSON each, so that a run that was stopped goes on. Safe for several threads.</summary>
internal sealed class ResultStore
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string _path;
    private readonly Dictionary<ResultKey, ResultRow> _rows = [];

    /// <summary>Opens or begins the file of a set.</summary>
    /// <param name="folder">The work folder, made if need be.</param>
    /// <param name="set">The set's name.</param>
    /// <param name="deciding">What decides the results: data, networks, program.</param>
    /// <exception cref="ArgumentException">The file is of something else.</exception>
    public ResultStore(string folder, string set, string deciding)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, $"{set}.jsonl");
        var lines = File.Exists(_path) ? File.ReadAllLines(_path) : [];
        if (lines.Length > 0 && lines[0] != deciding)
            throw new ArgumentException($"{_path} holds results of something else ({lines[0]}; now {deciding}). Choose another folder by --work, or delete it.");
        foreach (var row in lines.Skip(1).Select(Parse).OfType<ResultRow>())
            _rows[row.Key] = row;
        // Written anew, without a line that a killed process left half written.
        File.WriteAllLines(_path, [deciding, .. _rows.Values.Select(row => JsonSerializer.Serialize(row, Json))]);
    }

    /// <summary>All rows, in the order in which they came.</summary>
    public IReadOnlyList<ResultRow> Rows
    {
        get
        {
            lock (_rows)
                return [.. _rows.Values];
        }
    }

    public bool Has(ResultKey key)
    {
        lock (_rows)
            return _rows.ContainsKey(key);
    }

    public void Add(ResultRow row)
    {
        lock (_rows)
        {
            _rows[row.Key] = row;
            File.AppendAllText(_path, JsonSerializer.Serialize(row, Json) + "\n", new UTF8Encoding(false));
        }
    }

    private static ResultRow? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<ResultRow>(line, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
