namespace RouteSae.Tokens;

/// <summary>
/// A stretch of text, possibly rewritten by a normalizer, whose every character knows which characters of the
/// original text it stands for.
/// </summary>
internal sealed class AlignedText
{
    private readonly string _characters;
    private readonly int _offset;

    // Null where the text is an unchanged stretch of the original.
    private readonly int[]? _starts;
    private readonly int[]? _ends;

    /// <summary>An unchanged stretch of the original text.</summary>
    public AlignedText(string original, int start, int length, TextBudget? budget = null)
    {
        Budget = budget ?? new TextBudget(length);
        _characters = original;
        _offset = start;
        Length = length;
    }

    /// <summary>A rewritten text; character i stands for starts[i] .. ends[i] of the original.</summary>
    public AlignedText(string characters, int[] starts, int[] ends, TextBudget budget)
    {
        Budget = budget;
        _characters = characters;
        _starts = starts;
        _ends = ends;
        Length = characters.Length;
    }

    public int Length { get; }

    /// <summary>What the text that this is made of may cost.</summary>
    public TextBudget Budget { get; }

    /// <summary>Whether the library counts the beginning as later than it is: the last of several characters that one was written for.</summary>
    public bool BeginsLate { get; init; }

    public Piece Whole => new(this, 0, Length);

    public ReadOnlySpan<char> Characters(int start, int length) => _characters.AsSpan(_offset + start, length);

    public CharacterSpan Original(int start, int length)
    {
        if (_starts is null)
        {
            return new CharacterSpan(_offset + start, length);
        }

        if (length == 0)
        {
            return new CharacterSpan(start < Length ? _starts[start] : Length > 0 ? _ends![^1] : 0, 0);
        }

        var first = _starts[start];
        return new CharacterSpan(first, _ends![start + length - 1] - first);
    }
}
