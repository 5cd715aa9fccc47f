namespace RouteSae.LanguageModels.Families;

/// <summary>What a family's configuration means where it says nothing; null where it must say something.</summary>
internal sealed record FamilyDefaults
{
    public int? HiddenSize { get; init; }

    public int? IntermediateSize { get; init; }

    public int? Layers { get; init; }

    public int? Heads { get; init; }

    /// <summary>Null for as many as there are heads.</summary>
    public int? KeyValueHeads { get; init; }

    /// <summary>Null for hidden size / heads.</summary>
    public int? HeadSize { get; init; }

    public int? Vocabulary { get; init; }

    public required int MaxPositions { get; init; }

    public double Epsilon { get; init; } = 1e-6;

    public double Theta { get; init; } = 10000;

    public bool Tied { get; init; }

    public int? EndOfSequence { get; init; }

    public int? Padding { get; init; }
}
