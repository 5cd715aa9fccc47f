using System.Text.RegularExpressions;

namespace RouteSae.Hub;

/// <summary>The environment variables of Hugging Face's Python library, read as it reads them.</summary>
internal sealed partial class HubEnvironment
{
    private const string DefaultEndpoint = "https://huggingface.co";

    private readonly Func<string, string?> _variable;
    private readonly string _home;

    /// <param name="variable">The value of a variable, or null.</param>
    /// <param name="home">The user's folder.</param>
    public HubEnvironment(Func<string, string?> variable, string home)
    {
        _variable = variable;
        _home = home;
    }

    /// <summary>This process's environment.</summary>
    public static HubEnvironment Process { get; } =
        new(Environment.GetEnvironmentVariable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    public string CacheFolder => Path.GetFullPath(Folder("HF_HUB_CACHE") ?? Folder("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(HubHome, "hub"));

    public string Endpoint => Value("HF_ENDPOINT") ?? DefaultEndpoint;

    public bool Offline => IsTrue(Value("HF_HUB_OFFLINE") ?? Value("TRANSFORMERS_OFFLINE"));

    public bool LinksAllowed => !IsTrue(Value("HF_HUB_DISABLE_SYMLINKS"));

    /// <summary>The token of the variables or of the file, without line ends; null when there is none.</summary>
    public string? Token => IsTrue(Value("HF_HUB_DISABLE_IMPLICIT_TOKEN")) ? null
        : Clean(Value("HF_TOKEN") ?? Value("HUGGING_FACE_HUB_TOKEN")) ?? Clean(TokenInFile());

    private string HubHome => Folder("HF_HOME") ?? Path.Combine(Folder("XDG_CACHE_HOME") ?? Path.Combine(_home, ".cache"), "huggingface");

    public static string? Clean(string? token)
    {
        var clean = token?.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Trim();
        return string.IsNullOrEmpty(clean) ? null : clean;
    }

    private static bool IsTrue(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";

    private string? TokenInFile()
    {
        var path = Folder("HF_TOKEN_PATH") ?? Path.Combine(HubHome, "token");
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    private string? Value(string name) => _variable(name) is { Length: > 0 } value ? value : null;

    // ~ is the user's folder, $NAME and ${NAME} are variables; one that is not set stays as it is written.
    private string? Folder(string name)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        var absolute = value == "~" || value.StartsWith("~/", StringComparison.Ordinal) ? _home + value[1..] : value;
        return VariableName().Replace(absolute, match => _variable(match.Groups["name"].Value) ?? match.Value);
    }

    [GeneratedRegex(@"\$(?:(?<name>\w+)|\{(?<name>[^}]*)\})")]
    private static partial Regex VariableName();
}
