using System.Globalization;
using RouteSae.Autoencoders;
using RouteSae.Benchmarks.Work;

namespace RouteSae.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    public const string Usage = """
        Measures RouteSae against a plain port of the reference, in one process.

          [all|route|encode|inference|decode|train|language-model|engine|featurise]   what to measure; default: all
          checkpoint                        time and memory of a checkpoint of the size of Llama-3.2-1B (random weights, 2.5 GB in
                                            the temporary folder); not among all
          tokenize                          how tokenizers' components grow with the text, under hostile settings; not among all
          --scale paper|embedded|middle     one scale alone; default: every scale
          --rounds N                        rounds of each comparison; default: 5
          --fidelity corrected|reference    the objective of the training steps; default: corrected
          --texts N                         texts to featurise; default: 2000
          --output FILE                     writes the tables as Markdown
        """;

    /// <summary>The part to run. Default null: all.</summary>
    public string? Part { get; init; }

    /// <summary>Default: all three.</summary>
    public IReadOnlyList<Scale> Scales { get; init; } = Scale.All;

    /// <summary>Default 5.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Which objective the training steps minimise. Default <see cref="Fidelity.Corrected"/>, which is the trainer's default too.</summary>
    public Fidelity Fidelity { get; init; } = Fidelity.Corrected;

    /// <summary>Texts to featurise. Default 2,000.</summary>
    public int Texts { get; init; } = 2000;

    /// <summary>Where the Markdown goes. Default null: to the console only.</summary>
    public string? Output { get; init; }

    /// <summary>Whether only the usage is wanted.</summary>
    public bool Help { get; init; }

    /// <exception cref="ArgumentException">An argument is wrong; the message names it.</exception>
    public static BenchmarkOptions Parse(IReadOnlyList<string> arguments, IReadOnlyList<string> parts)
    {
        var options = new BenchmarkOptions();
        var start = 0;
        if (arguments.Count > 0 && !arguments[0].StartsWith('-'))
        {
            options = options with { Part = ReadPart(arguments[0], parts) };
            start = 1;
        }

        for (var i = start; i < arguments.Count; i += 2)
        {
            if (arguments[i] is "--help" or "-h")
                return new BenchmarkOptions { Help = true };
            options = options.With(arguments[i], i + 1 < arguments.Count ? arguments[i + 1] : null);
        }

        return options;
    }

    private static string? ReadPart(string name, IReadOnlyList<string> parts) =>
        name == "all" ? null
        : parts.Contains(name) ? name
        : throw new ArgumentException($"'{name}' is not a part. Choose one of: all, {string.Join(", ", parts)}.");

    private BenchmarkOptions With(string option, string? value) => option switch
    {
        "--scale" => this with { Scales = [Choice(option, value, Scale.All, scale => scale.Name)] },
        "--rounds" => this with { Rounds = Number(option, value) },
        "--fidelity" => this with { Fidelity = Choice(option, value, Enum.GetValues<Fidelity>(), fidelity => fidelity.ToString().ToLowerInvariant()) },
        "--texts" => this with { Texts = Number(option, value) },
        "--output" => this with { Output = OutputFile(option, value) },
        _ => throw new ArgumentException($"'{option}' is not an option. Known: --scale, --rounds, --fidelity, --texts, --output, --help."),
    };

    private static T Choice<T>(string option, string? value, IReadOnlyList<T> choices, Func<T, string> name)
    {
        var matches = choices.Where(choice => name(choice) == Given(option, value)).ToArray();
        return matches.Length == 1
            ? matches[0]
            : throw new ArgumentException($"{option} is '{value}'. Choose one of: {string.Join(", ", choices.Select(name))}.");
    }

    private static int Number(string option, string? value) =>
        int.TryParse(Given(option, value), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"{option} is '{value}'; a whole number above 0 is expected.");

    // Said before an hour of measuring, not after it.
    private static string OutputFile(string option, string? value)
    {
        var path = Path.GetFullPath(Given(option, value));
        return Directory.Exists(path) || !Directory.Exists(Path.GetDirectoryName(path))
            ? throw new ArgumentException($"{option} is '{value}'; a file in a folder that exists is expected.")
            : path;
    }

    private static string Given(string option, string? value) =>
        string.IsNullOrEmpty(value) ? throw new ArgumentException($"{option} has no value.") : value;
}
