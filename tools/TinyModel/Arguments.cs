using System.Globalization;

namespace RouteSae.Tools.TinyModel;

/// <summary>Options of the form <c>--name value</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    public Arguments(IReadOnlyList<string> arguments)
    {
        if (arguments.Count % 2 != 0)
            throw new ArgumentException($"'{arguments[^1]}' has no value. Options are pairs: --name value.");
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
                throw new ArgumentException($"'{arguments[i]}' is not an option. Options are pairs: --name value.");
            _values[arguments[i][2..]] = arguments[i + 1];
        }
    }

    public string Text(string name) => _values.TryGetValue(name, out var value) ? value : throw new ArgumentException($"--{name} is missing.");

    public int Number(string name, int fallback) =>
        _values.TryGetValue(name, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : fallback;

    public double Real(string name, double fallback) =>
        _values.TryGetValue(name, out var value) ? double.Parse(value, CultureInfo.InvariantCulture) : fallback;
}
