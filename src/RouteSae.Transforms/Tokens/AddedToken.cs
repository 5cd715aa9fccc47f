namespace RouteSae.Tokens;

/// <summary>A token that is found in the text itself, before any model looks at it.</summary>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Matches only where neither neighbour is a word character.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it with it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Takes the white space after it with it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Is looked for in the normalized text, itself normalized.</summary>
    public bool Normalized { get; init; }

    /// <summary>Controls the model rather than standing for text.</summary>
    public bool Special { get; init; }

    /// <summary>Reads the flags of an added token; the id stands in different places.</summary>
    public static AddedToken Read(JsonPart part, int id)
    {
        var special = part.Flag("special", absent: false);
        return new AddedToken(id, part.Text("content"))
        {
            SingleWord = part.Flag("single_word", absent: false),
            LeftStrip = part.Flag("lstrip", absent: false),
            RightStrip = part.Flag("rstrip", absent: false),
            Normalized = part.Flag("normalized", absent: !special),
            Special = special,
        };
    }
}
