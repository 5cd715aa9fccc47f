using System.Globalization;

namespace RouteSae.PaperComparison;

/// <summary>What the command line asks for.</summary>
internal sealed record ComparisonOptions
{
    public const string Usage = """
        Trains RouteSAE and the paper's baselines on the embedded language model, at the same number of active latents, and
        compares them.

          --quick                 a small comparison (one seed, K = 32, 512 latents, 150,000 tokens): minutes instead of hours
          --corpus FOLDER         texts: *.train.txt and *.valid.txt, one paragraph a line, an empty line between documents; packed
                                  ones (.txt.xz) are read with the xz program. Default: ../shared/data/corpora
          --model FOLDER          another language model, a checkpoint folder in Hugging Face's format. Default: the embedded one
          --work FOLDER           where trained models and results are kept; what is there is not computed again.
                                  Default: artifacts/paper-comparison
          --output FILE           writes the report as Markdown, and the routing picture beside it. Default: the console alone
          --tokens N              tokens to train on, for each seed. Default: 600000
          --router                compares choices of routing and training instead of architectures
          --fidelity              compares Fidelity.Reference with Corrected for the baselines instead
          --data                  compares ways to make batches of texts instead (packing, mixing, padding, special tokens)
          --evaluation-tokens N   tokens on which reconstruction and features are measured. Default: 200000
          --downstream-tokens N   tokens on which the language model runs with the reconstruction in it. Default: 16384
          --latents M             latents of every autoencoder. Default: 1024
          --seeds N               seeds 1 to N. Default: 3
          --active K,K,K          active latents. Default: 16,32,64
        """;

    /// <summary>Whether this is the small comparison.</summary>
    public bool Quick { get; init; }

    /// <summary>The folder of the texts.</summary>
    public string Corpus { get; init; } = Path.Combine("..", "shared", "data", "corpora");

    /// <summary>The folder of the language model; null: the embedded one.</summary>
    public string? Model { get; init; }

    /// <summary>Where trained models and results are kept.</summary>
    public string Work { get; init; } = Path.Combine("artifacts", "paper-comparison");

    /// <summary>Where the report goes; null: to the console alone.</summary>
    public string? Output { get; init; }

    /// <summary>Tokens to train on.</summary>
    public int Tokens { get; init; } = 600_000;

    /// <summary>Whether choices of routing and training are compared instead of architectures.</summary>
    public bool Router { get; init; }

    /// <summary>Whether the baselines are compared with themselves under the reference's rules.</summary>
    public bool Fidelity { get; init; }

    /// <summary>Whether ways to make batches of texts are compared.</summary>
    public bool Data { get; init; }

    /// <summary>Tokens on which reconstruction and features are measured.</summary>
    public int EvaluationTokens { get; init; } = 200_000;

    /// <summary>Tokens on which the language model runs with the reconstruction in it.</summary>
    public int DownstreamTokens { get; init; } = 16_384;

    /// <summary>M.</summary>
    public int Latents { get; init; } = 1024;

    /// <summary>How many seeds.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary>The numbers of active latents.</summary>
    public IReadOnlyList<int> Active { get; init; } = [16, 32, 64];

    /// <summary>Tokens a step.</summary>
    public int BatchTokens => 512;

    /// <summary>What decides the trained models and the results, seeds and active latents apart, which their names tell.</summary>
    public string Deciding => string.Create(
        CultureInfo.InvariantCulture,
        $"{Subject}, latents {Latents}, tokens {Tokens} by {BatchTokens}, evaluation tokens {EvaluationTokens}, downstream tokens {DownstreamTokens}, model {Model ?? "embedded"}, corpus {Path.GetFullPath(Corpus)}");

    private string Subject => this switch
    {
        { Router: true } => "router",
        { Fidelity: true } => "fidelity",
        { Data: true } => "data",
        _ => "architectures",
    };

    /// <summary>Whether only the usage is wanted.</summary>
    public bool Help { get; init; }

    /// <exception cref="ArgumentException">An argument is wrong; the message names it.</exception>
    public static ComparisonOptions Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Any(argument => argument is "--help" or "-h"))
            return new ComparisonOptions { Help = true };
        var options = arguments.Contains("--quick")
            ? new ComparisonOptions { Quick = true, Tokens = 150_000, EvaluationTokens = 50_000, DownstreamTokens = 4096, Latents = 512, Seeds = 1, Active = [32], Work = Path.Combine("artifacts", "paper-comparison-quick") }
            : new ComparisonOptions();
        options = options with { Router = arguments.Contains("--router"), Fidelity = arguments.Contains("--fidelity"), Data = arguments.Contains("--data") };
        if (options.Subject != "architectures")
            options = options with { Active = [32] };
        var rest = arguments.Where(argument => argument is not ("--quick" or "--router" or "--fidelity" or "--data")).ToArray();
        for (var i = 0; i < rest.Length; i += 2)
            options = options.With(rest[i], i + 1 < rest.Length ? rest[i + 1] : throw new ArgumentException($"{rest[i]} has no value."));
        return options.Checked();
    }

    private ComparisonOptions With(string option, string value) => option switch
    {
        "--model" => this with { Model = value },
        "--corpus" => this with { Corpus = value },
        "--work" => this with { Work = value },
        "--output" => this with { Output = value },
        "--tokens" => this with { Tokens = Number(option, value) },
        "--downstream-tokens" => this with { DownstreamTokens = Number(option, value) },
        "--evaluation-tokens" => this with { EvaluationTokens = Number(option, value) },
        "--latents" => this with { Latents = Number(option, value) },
        "--seeds" => this with { Seeds = Number(option, value) },
        "--active" => this with { Active = [.. value.Split(',').Select(part => Number(option, part))] },
        _ => throw new ArgumentException($"{option} is not an option; --help lists them."),
    };

    private ComparisonOptions Checked() => Active.Max() > Latents
        ? throw new ArgumentException($"--active is {string.Join(',', Active)}, but there are only {Latents} latents (--latents).")
        : this;

    private static int Number(string option, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new ArgumentException($"{option} is '{value}'; a whole number above 0 is expected.");
}
