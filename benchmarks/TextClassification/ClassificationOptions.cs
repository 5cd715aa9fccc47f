using System.Globalization;

namespace RouteSae.ClassificationBenchmark;

/// <summary>What the command line asks for.</summary>
internal sealed record ClassificationOptions
{
    public const string Usage = """
        Compares RouteSAE features with others for text classification, with one trainer for all of them.

          --data FOLDER       the sets: NAME.train.tsv and NAME.test.tsv, UTF-8, a header Label<tab>Text, two columns, no quoting.
                              Default: ../shared/data/classification
          --sets A,B          the sets to use. Default: all in the folder, the smallest first
          --seeds N           seeds 1 to N. Default: 5
          --methods A,B       methods whose names contain one of these. Default: all
          --few-shot          also learns from 8, 32 and 128 texts of each class, with the main methods
          --noise             also learns with a fifth of the training labels wrong, with the main methods
          --quick             one seed, the main methods
          --speed             also measures what making the features costs
          --model FOLDER      another bundle than the embedded one
          --work FOLDER       where results are kept; what is there is not computed again. Default: artifacts/text-classification
          --no-run            reports what is there, and computes nothing
          --json FILE         writes all results as JSON
          --report FILE       writes tables as Markdown
        """;

    private static readonly string[] Flags = ["--quick", "--few-shot", "--noise", "--speed", "--no-run"];

    public string Data { get; init; } = Path.Combine("..", "shared", "data", "classification");

    /// <summary>The sets; null: all.</summary>
    public IReadOnlyList<string>? Sets { get; init; }

    public int Seeds { get; init; } = 5;

    /// <summary>Parts of the names of the methods; null: all.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    public bool FewShot { get; init; }

    public bool Noise { get; init; }

    /// <summary>Whether the cost of the features is measured too.</summary>
    public bool Speed { get; init; }

    /// <summary>Whether the main methods alone are compared.</summary>
    public bool Quick { get; init; }

    /// <summary>The bundle's folder; null: the embedded one.</summary>
    public string? Model { get; init; }

    public string Work { get; init; } = Path.Combine("artifacts", "text-classification");

    /// <summary>Whether only what is there is reported.</summary>
    public bool NoRun { get; init; }

    public string? Json { get; init; }

    public string? Report { get; init; }

    /// <summary>Whether only the usage is wanted.</summary>
    public bool Help { get; init; }

    /// <summary>The settings to run.</summary>
    public IReadOnlyList<Setting> Settings => [Setting.Full, .. FewShot ? Setting.FewShot : [], .. Noise ? [Setting.Noise] : Array.Empty<Setting>()];

    /// <exception cref="ArgumentException">An argument is wrong; the message names it.</exception>
    public static ClassificationOptions Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Any(argument => argument is "--help" or "-h"))
            return new ClassificationOptions { Help = true };
        var options = new ClassificationOptions
        {
            FewShot = arguments.Contains("--few-shot"),
            Noise = arguments.Contains("--noise"),
            Speed = arguments.Contains("--speed"),
            NoRun = arguments.Contains("--no-run"),
        };
        if (arguments.Contains("--quick"))
            options = options with { Quick = true, Seeds = 1 };
        var rest = arguments.Where(argument => !Flags.Contains(argument)).ToArray();
        for (var i = 0; i < rest.Length; i += 2)
            options = options.With(rest[i], i + 1 < rest.Length ? rest[i + 1] : throw new ArgumentException($"{rest[i]} has no value; --help lists the options."));
        return options;
    }

    private ClassificationOptions With(string option, string value) => option switch
    {
        "--data" => this with { Data = value },
        "--sets" => this with { Sets = List(option, value) },
        "--seeds" => this with { Seeds = Number(option, value) },
        "--methods" => this with { Methods = List(option, value) },
        "--model" => this with { Model = value },
        "--work" => this with { Work = value },
        "--json" => this with { Json = value },
        "--report" => this with { Report = value },
        _ => throw new ArgumentException($"{option} is not an option; --help lists them."),
    };

    private static IReadOnlyList<string> List(string option, string value) =>
        value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } parts
            ? parts
            : throw new ArgumentException($"{option} is '{value}'; it must name at least one, separated by commas.");

    private static int Number(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"{option} is '{value}'; it must be a number of at least 1.");
}
