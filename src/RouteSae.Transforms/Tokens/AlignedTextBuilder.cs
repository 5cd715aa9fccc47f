using System.Text;

namespace RouteSae.Tokens;

/// <summary>Writes an <see cref="AlignedText"/>.</summary>
internal sealed class AlignedTextBuilder(int capacity)
{
    private readonly StringBuilder _characters = new(capacity);
    private readonly List<int> _starts = new(capacity);
    private readonly List<int> _ends = new(capacity);

    /// <summary>Appends characters that all stand for the same stretch of the original text.</summary>
    public void Append(ReadOnlySpan<char> characters, CharacterSpan original)
    {
        foreach (var character in characters)
        {
            _characters.Append(character);
            _starts.Add(original.Start);
            _ends.Add(original.End);
        }
    }

    /// <summary>Appends a range of a piece as it is.</summary>
    public void Copy(Piece source, int start, int length)
    {
        var characters = source.Characters;
        for (var index = start; index < start + length; index++)
        {
            Append(characters.Slice(index, 1), source.OriginalOf(new CharacterSpan(index, 1)));
        }
    }

    /// <summary>Puts characters before the text that stand for nothing in the original.</summary>
    public static Piece Prepend(string prefix, Piece piece)
    {
        var builder = new AlignedTextBuilder(prefix.Length + piece.Length);
        builder.Append(prefix, new CharacterSpan(piece.Original.Start, 0));
        builder.Copy(piece, 0, piece.Length);
        return builder.Build();
    }

    public Piece Build() => new AlignedText(_characters.ToString(), [.. _starts], [.. _ends]).Whole;
}
