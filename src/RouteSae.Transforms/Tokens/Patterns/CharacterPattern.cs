using System.Text;

namespace RouteSae.Tokens.Patterns;

/// <summary>Every single character for which a condition holds.</summary>
internal sealed class CharacterPattern(Func<Rune, bool> condition) : SplitPattern
{
    public override void Find(ReadOnlySpan<char> text, List<CharacterSpan> matches, TextBudget budget)
    {
        for (var position = 0; position < text.Length;)
        {
            Rune.DecodeFromUtf16(text[position..], out var rune, out var length);
            if (condition(rune))
            {
                matches.Add(new CharacterSpan(position, length));
            }

            position += length;
        }
    }
}
