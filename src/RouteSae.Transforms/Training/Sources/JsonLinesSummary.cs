namespace RouteSae.Training.Sources;

/// <summary>What a pass over a folder of JSON lines has found so far.</summary>
public sealed record JsonLinesSummary
{
    /// <summary>Files read to their end.</summary>
    public required int Files { get; init; }

    /// <summary>Lines, empty ones included.</summary>
    public required long Lines { get; init; }

    /// <summary>Records with a text that is not blank.</summary>
    public required long Texts { get; init; }

    /// <summary>Records without the field, or with a blank text. They leave no trace.</summary>
    public required long RecordsWithoutText { get; init; }

    /// <summary>Lines that are not JSON, empty ones included. They are skipped.</summary>
    public required long InvalidLines { get; init; }

    /// <summary>Where the first of <see cref="InvalidLines"/> is and what is wrong with it; null when there is none.</summary>
    public string? FirstInvalidLine { get; init; }
}
