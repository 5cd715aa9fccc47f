using System.Text;
using RouteSae.Tokens.Unicode;

namespace RouteSae.Tokens.Normalizers;

/// <summary>"NFC", "NFD", "NFKC" and "NFKD": the normalization forms of Unicode, without the runtime's ICU.</summary>
/// <param name="compose">Whether characters and marks are put together again (the C of a form's name).</param>
/// <param name="compatibility">Whether look-alikes are replaced too (the K).</param>
internal sealed class UnicodeNormalizer(bool compose, bool compatibility) : Normalizer
{
    // Nothing before these has a decomposition, or a reason to compose.
    private const char FirstOfNfc = '\u0300';
    private const char FirstDecomposed = '\u00A0';

    private readonly char _firstChanged = compose && !compatibility ? FirstOfNfc : FirstDecomposed;

    public override Piece Apply(Piece piece)
    {
        if (!piece.Characters.ContainsAnyExceptInRange('\0', (char)(_firstChanged - 1)))
        {
            return piece;
        }

        var characters = Decompose(piece);
        CanonicalOrder.Sort(characters);
        if (compose)
        {
            CanonicalComposition.Compose(characters);
        }

        return Build(piece, characters);
    }

    private List<AlignedCodePoint> Decompose(Piece piece)
    {
        var output = new List<AlignedCodePoint>(piece.Length);
        var characters = piece.Characters;
        for (var position = 0; position < characters.Length;)
        {
            Rune.DecodeFromUtf16(characters[position..], out var rune, out var length);
            Add(rune.Value, piece.OriginalOf(new CharacterSpan(position, length)), output);
            position += length;
        }

        return output;
    }

    private void Add(int codePoint, CharacterSpan original, List<AlignedCodePoint> output)
    {
        if (HangulSyllable.Decompose(codePoint) is { } letters)
        {
            output.AddRange(letters.Select(letter => new AlignedCodePoint(letter, original.Start, original.End)));
        }
        else if (UnicodeData.Instance.Decomposition(codePoint, compatibility) is { } parts)
        {
            foreach (var part in parts)
            {
                Add(part, original, output);
            }
        }
        else
        {
            output.Add(new AlignedCodePoint(codePoint, original.Start, original.End));
        }
    }

    // Marks that changed places would make the spans go back: each takes in what its neighbours stand for.
    private static Piece Build(Piece piece, List<AlignedCodePoint> characters)
    {
        for (var index = characters.Count - 2; index >= 0; index--)
        {
            characters[index] = characters[index] with { Start = Math.Min(characters[index].Start, characters[index + 1].Start) };
        }

        var builder = new AlignedTextBuilder(piece);
        Span<char> utf16 = stackalloc char[2];
        var end = 0;
        foreach (var character in characters)
        {
            end = Math.Max(end, character.End);
            var written = new Rune(character.Value).EncodeToUtf16(utf16);
            builder.Append(utf16[..written], new CharacterSpan(character.Start, end - character.Start));
        }

        return builder.Build();
    }
}
