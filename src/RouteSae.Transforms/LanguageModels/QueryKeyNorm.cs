namespace RouteSae.LanguageModels;

/// <summary>Whether queries and keys are normalised, before they are rotated, by norms of the model's kind.</summary>
public enum QueryKeyNorm
{
    /// <summary>They are not.</summary>
    None,

    /// <summary>Each head by itself, with weights that the heads share.</summary>
    PerHead,

    /// <summary>All heads of a position together.</summary>
    WholeProjection,
}
