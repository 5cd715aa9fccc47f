using System.Text;

namespace RouteSae.Tokens;

/// <summary>Writes an <see cref="AlignedText"/>.</summary>
/// <param name="source">What is rewritten.</param>
internal sealed class AlignedTextBuilder(Piece source)
{
    private readonly Piece _source = source;
    private readonly StringBuilder _characters = new(source.Length);
    private readonly List<int> _starts = new(source.Length);
    private readonly List<int> _ends = new(source.Length);
    private int? _deletedFrom;

    /// <summary>Whether nothing has been written.</summary>
    public bool IsEmpty => _starts.Count == 0;

    /// <summary>What <see cref="AlignedText.BeginsLate"/> of the text will be.</summary>
    public bool BeginsLate { get; set; } = source.Text.BeginsLate;

    /// <summary>Appends characters that all stand for the same stretch of the original text.</summary>
    public void Append(ReadOnlySpan<char> characters, CharacterSpan original)
    {
        _source.Text.Budget.Write(characters.Length, (long)_starts.Count + characters.Length);
        var start = IsEmpty ? _deletedFrom ?? original.Start : original.Start;
        foreach (var character in characters)
        {
            _characters.Append(character);
            _starts.Add(start);
            _ends.Add(original.End);
        }
    }

    /// <summary>Counts a deleted stretch at the beginning to the first character that follows it.</summary>
    public void Delete(CharacterSpan original) => _deletedFrom ??= original.Start;

    /// <summary>Appends a range of the source as it is.</summary>
    public void Copy(int start, int length)
    {
        var characters = _source.Characters;
        for (var index = start; index < start + length; index++)
        {
            Append(characters.Slice(index, 1), _source.OriginalOf(new CharacterSpan(index, 1)));
        }
    }

    /// <summary>Puts characters before the text that stand for nothing in the original.</summary>
    public static Piece Prepend(string prefix, Piece piece)
    {
        var builder = new AlignedTextBuilder(piece);
        builder.Append(prefix, new CharacterSpan(piece.Original.Start, 0));
        builder.Copy(0, piece.Length);
        return builder.Build();
    }

    public Piece Build() => new AlignedText(_characters.ToString(), [.. _starts], [.. _ends], _source.Text.Budget) { BeginsLate = BeginsLate }.Whole;
}
