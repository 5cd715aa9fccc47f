using System.Globalization;

namespace RouteSae.Tokens.Unicode;

/// <summary>
/// Decompositions, combining classes and scripts of the Unicode Character Database, from the embedded file
/// unicode.txt. The runtime's own normalization needs ICU, which the applications here do without.
/// </summary>
internal sealed class UnicodeData
{
    public const string Resource = "RouteSae.Tokens.Unicode.unicode.txt";

    private static readonly Lazy<UnicodeData> Loaded = new(Load);

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatibility = [];
    private readonly Dictionary<(int, int), int> _compositions = [];
    private readonly Dictionary<string, List<CodePointRange>> _scripts = new(StringComparer.Ordinal);

    public static UnicodeData Instance => Loaded.Value;

    /// <summary>Names of scripts as the database writes them: "Han", "Old_Italic".</summary>
    public IReadOnlyDictionary<string, List<CodePointRange>> Scripts => _scripts;

    /// <summary>The canonical combining class; 0 for what begins a sequence.</summary>
    public byte CombiningClass(int codePoint) => _classes.GetValueOrDefault(codePoint);

    /// <summary>One step of decomposition, or null where the character stands for itself.</summary>
    public int[]? Decomposition(int codePoint, bool compatibility) =>
        _canonical.TryGetValue(codePoint, out var parts) || (compatibility && _compatibility.TryGetValue(codePoint, out parts)) ? parts : null;

    /// <summary>The character that two compose to, or null.</summary>
    public int? Composition(int first, int second) =>
        _compositions.TryGetValue((first, second), out var composed) ? composed : null;

    private static UnicodeData Load()
    {
        using var stream = typeof(UnicodeData).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        var data = new UnicodeData();
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                data.Add(line.Split(' '));
            }
        }

        return data;
    }

    // "class 230 300-314 ...", "canonical C0 41 300", "excluded 958 915 93C", "compatible A0 20", "script Han 2E80-2E99 ...".
    private void Add(string[] fields)
    {
        switch (fields[0])
        {
            case "class":
                var combiningClass = byte.Parse(fields[1], CultureInfo.InvariantCulture);
                foreach (var codePoint in Ranges(fields).SelectMany(range => Enumerable.Range(range.First, range.Count)))
                {
                    _classes[codePoint] = combiningClass;
                }

                break;
            case "script":
                _scripts[fields[1]] = [.. Ranges(fields)];
                break;
            case "compatible":
                _compatibility[Hexadecimal(fields[1])] = Parts(fields);
                break;
            default:
                AddCanonical(Hexadecimal(fields[1]), Parts(fields), composes: fields[0] == "canonical");
                break;
        }
    }

    private void AddCanonical(int codePoint, int[] parts, bool composes)
    {
        _canonical[codePoint] = parts;
        if (composes)
        {
            _compositions[(parts[0], parts[1])] = codePoint;
        }
    }

    private static int[] Parts(string[] fields) => [.. fields.Skip(2).Select(field => Hexadecimal(field))];

    private static IEnumerable<CodePointRange> Ranges(string[] fields) => fields.Skip(2).Select(field =>
    {
        var ends = field.Split('-');
        return new CodePointRange(Hexadecimal(ends[0]), Hexadecimal(ends[^1]));
    });

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
