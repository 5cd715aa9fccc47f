namespace RouteSae.Fuzz.Tests;

/// <summary>What came of a run over one format.</summary>
internal sealed record FuzzResult
{
    public required int Inputs { get; init; }

    public required double Seconds { get; init; }

    /// <summary>The most bytes that one input made its thread allocate.</summary>
    public required long MostAllocated { get; init; }

    public required double SlowestSeconds { get; init; }

    /// <summary>How often each outcome came: "read", or an exception's name.</summary>
    public required IReadOnlyDictionary<string, int> Outcomes { get; init; }

    public required IReadOnlyList<FuzzFailure> Failures { get; init; }
}
