namespace RouteSae.Tokens.PreTokenizers;

/// <summary>Where a Metaspace step puts a mark that the text does not have.</summary>
internal enum PrependScheme
{
    /// <summary>Before every stretch of text between added tokens.</summary>
    Always,

    /// <summary>Before a stretch at the very start of the text.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}
