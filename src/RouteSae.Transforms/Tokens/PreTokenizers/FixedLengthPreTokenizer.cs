using System.Text;

namespace RouteSae.Tokens.PreTokenizers;

/// <summary>"FixedLength": so many characters at a time.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : PreTokenizer
{
    public override void Apply(Piece piece, List<Piece> output)
    {
        for (var start = 0; start < piece.Length;)
        {
            var end = start;
            for (var count = 0; count < length && end < piece.Length; count++)
            {
                Rune.DecodeFromUtf16(piece.Characters[end..], out _, out var consumed);
                end += consumed;
            }

            output.Add(piece.Slice(start, end - start));
            start = end;
        }
    }
}
