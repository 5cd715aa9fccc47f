namespace RouteSae.Tokens.SentencePiece;

/// <summary>What a piece of a SentencePiece model is for; the values are those of the file.</summary>
internal enum SentencePieceKind
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>What the vocabulary lacks.</summary>
    Unknown = 2,

    /// <summary>Controls the model: the begin and the end of a text.</summary>
    Control = 3,

    /// <summary>Found in the text before anything else.</summary>
    UserDefined = 4,

    /// <summary>No longer used.</summary>
    Unused = 5,

    /// <summary>One byte, "&lt;0x0A&gt;".</summary>
    Byte = 6,
}
