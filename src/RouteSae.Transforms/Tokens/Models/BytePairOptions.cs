namespace RouteSae.Tokens.Models;

/// <summary>How a byte pair encoding writes words and treats what its vocabulary does not have.</summary>
internal sealed record BytePairOptions
{
    /// <summary>Words are sequences of bytes written in the <see cref="ByteAlphabet"/>.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>A word that is a token as a whole is not taken apart, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>An unknown character becomes the tokens of its bytes, "&lt;0xE2&gt;" and so on.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Neighbouring unknown characters become one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>The token for unknown characters; without one they are dropped.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Its id; null also where the vocabulary lacks the token, which matters once a text has such a character.</summary>
    public int? Unknown { get; init; }

    /// <summary>Stands before every character of a word but the first, "##"; empty for none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Stands after the last character of a word, "&lt;/w&gt;"; empty for none.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Whether characters are symbols as they are.</summary>
    public bool IsPlain => Prefix.Length == 0 && Suffix.Length == 0;
}
