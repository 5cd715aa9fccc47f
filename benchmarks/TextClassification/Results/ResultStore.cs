using System.Text;
using System.Text.Json;
using RouteSae.Files;

namespace RouteSae.ClassificationBenchmark;

/// <summary>The results of one set in a work folder, a line of JSON each, so that a run that was stopped goes on. Safe for several threads, not for several processes.</summary>
internal sealed class ResultStore
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly string _path;
    private readonly string _deciding;
    private readonly Dictionary<ResultKey, ResultRow> _rows = [];
    private bool _isBegun;

    /// <summary>Opens the file of a set. Nothing is written before a result is added.</summary>
    /// <param name="folder">The work folder.</param>
    /// <param name="set">The set's name.</param>
    /// <param name="deciding">What decides the results: data, networks, program.</param>
    /// <exception cref="ArgumentException">The file is of something else.</exception>
    public ResultStore(string folder, string set, string deciding)
    {
        (_path, _deciding) = (Path.Combine(folder, $"{set}.jsonl"), deciding);
        var lines = File.Exists(_path) ? File.ReadAllLines(_path) : [];
        if (lines.Length > 0 && lines[0] != deciding)
            throw new ArgumentException($"{_path} holds results of something else ({lines[0]}; now {deciding}). Choose another folder by --work, or delete it.");
        foreach (var row in lines.Skip(1).Select(Parse).OfType<ResultRow>())
            _rows[row.Key] = row;
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
            Begin();
            _rows[row.Key] = row;
            File.AppendAllText(_path, JsonSerializer.Serialize(row, Json) + "\n", new UTF8Encoding(false));
        }
    }

    /// <summary>Writes what is known anew before the first addition, without a line that a killed process left half written.</summary>
    private void Begin()
    {
        if (_isBegun)
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        AtomicFile.WriteText(_path, string.Concat(_rows.Values.Select(row => JsonSerializer.Serialize(row, Json)).Prepend(_deciding).Select(line => line + "\n")));
        _isBegun = true;
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
