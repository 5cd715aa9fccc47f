namespace RouteSae.Tokens;

/// <summary>A range of an <see cref="AlignedText"/>: what one step hands to the next.</summary>
internal readonly record struct Piece(AlignedText Text, int Start, int Length)
{
    public ReadOnlySpan<char> Characters => Text.Characters(Start, Length);

    public CharacterSpan Original => Text.Original(Start, Length);

    /// <summary>Whether the piece begins where the original text does, as the library counts.</summary>
    public bool IsFirst => Original.Start == 0 && !Text.BeginsLate;

    public CharacterSpan OriginalOf(CharacterSpan within) => Text.Original(Start + within.Start, within.Length);

    public Piece Slice(int start, int length) => new(Text, Start + start, length);
}
