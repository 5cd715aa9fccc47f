using RouteSae.Autoencoders;
using RouteSae.Benchmarks.Reporting;

namespace RouteSae.Benchmarks.Work;

/// <summary>The sizes of a comparison.</summary>
internal sealed record Scale
{
    public required string Name { get; init; }

    /// <summary>D.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>L.</summary>
    public required int RoutedHiddenStates { get; init; }

    /// <summary>M.</summary>
    public required int Latents { get; init; }

    /// <summary>K.</summary>
    public required int ActiveLatents { get; init; }

    /// <summary>N of a batch.</summary>
    public required int Tokens { get; init; }

    /// <summary>N of a small batch at inference, where one is measured.</summary>
    public int? SmallInference { get; init; }

    /// <summary>N of a small training batch, where one is measured.</summary>
    public int? SmallTraining { get; init; }

    public AuthorsFigure? AuthorsTraining { get; init; }

    public AuthorsFigure? AuthorsInference { get; init; }

    /// <summary>The paper's: Llama-3.2-1B and 16,384 latents.</summary>
    public static Scale Paper { get; } = new()
    {
        Name = "paper",
        HiddenSize = 2048,
        RoutedHiddenStates = 9,
        Latents = 16384,
        ActiveLatents = 64,
        Tokens = 2048,
        AuthorsTraining = AuthorsFigure.PaperTraining,
        AuthorsInference = AuthorsFigure.PaperInference,
    };

    /// <summary>The embedded model's.</summary>
    public static Scale Embedded { get; } = new()
    {
        Name = "embedded",
        HiddenSize = 256,
        RoutedHiddenStates = 5,
        Latents = 4096,
        ActiveLatents = 32,
        Tokens = 8192,
        SmallInference = 64,
        SmallTraining = 512,
        AuthorsTraining = AuthorsFigure.EmbeddedTraining,
        AuthorsInference = AuthorsFigure.EmbeddedInference,
    };

    /// <summary>Twice the embedded model's width.</summary>
    public static Scale Middle { get; } = new()
    {
        Name = "middle",
        HiddenSize = 512,
        RoutedHiddenStates = 5,
        Latents = 4096,
        ActiveLatents = 32,
        Tokens = 4096,
        SmallInference = 64,
        SmallTraining = 512,
    };

    public static IReadOnlyList<Scale> All { get; } = [Paper, Embedded, Middle];

    /// <summary>Batch sizes of the inference comparisons.</summary>
    public IEnumerable<int> InferenceBatches => SmallInference is { } small ? [Tokens, small] : [Tokens];

    /// <summary>Batch sizes of the training comparisons.</summary>
    public IEnumerable<int> TrainingBatches => SmallTraining is { } small ? [Tokens, small] : [Tokens];

    public RouteSaeArchitecture Architecture(Fidelity fidelity = Fidelity.Corrected) => new()
    {
        HiddenSize = HiddenSize,
        RoutedHiddenStates = [.. Enumerable.Range(1, RoutedHiddenStates)],
        Latents = Latents,
        ActiveLatents = ActiveLatents,
        Aggregation = RouterAggregation.Sum, // what the plain port computes
        Fidelity = fidelity,
    };

    /// <summary>How a table names a batch of this scale.</summary>
    public string Describe(int tokens) => $"{Name}: D {HiddenSize}, L {RoutedHiddenStates}, M {Latents:N0}, K {ActiveLatents}; {tokens:N0} tokens";
}
