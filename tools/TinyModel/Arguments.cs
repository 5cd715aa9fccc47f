using System.Globalization;

namespace RouteSae.Tools.TinyModel;

/// <summary>Options of the form <c>--name value</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    /// <param name="arguments">Names and values in turn.</param>
    /// <param name="known">The names that the command reads.</param>
    public Arguments(IReadOnlyList<string> arguments, params string[] known)
    {
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || !known.Contains(arguments[i][2..]))
                throw new ArgumentException($"'{arguments[i]}' is not an option of this command. Known: {string.Join(", ", known.Select(name => "--" + name))}.");
            if (i + 1 == arguments.Count)
                throw new ArgumentException($"{arguments[i]} has no value.");
            _values[arguments[i][2..]] = arguments[i + 1];
        }
    }

    public string Text(string name) => _values.TryGetValue(name, out var value) ? value : throw new ArgumentException($"--{name} is missing.");

    /// <summary>A whole number above 0; the fallback, when there is one, where the option is not given.</summary>
    public int Number(string name, int? fallback = null)
    {
        if (fallback is { } number && !_values.ContainsKey(name))
            return number;
        return int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0
            ? number
            : throw new ArgumentException($"--{name} is '{Text(name)}'; a whole number above 0 is expected.");
    }
}
