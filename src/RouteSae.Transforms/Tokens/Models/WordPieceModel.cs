using System.Text;

namespace RouteSae.Tokens.Models;

/// <summary>"WordPiece": always the longest token that the rest of a word begins with; a word that fails is unknown as a whole.</summary>
internal sealed class WordPieceModel(TokenVocabulary vocabulary, string unknown, string prefix, int longestWord) : TokenModel(vocabulary)
{
    protected override TokenizedWord TokenizeAnew(ReadOnlySpan<char> word)
    {
        var symbols = new List<Symbol>();
        for (var start = 0; start < word.Length; start = symbols[^1].End)
        {
            if (IsTooLong(word) || LongestAt(word, start) is not { } symbol)
            {
                return Unknown(word);
            }

            symbols.Add(symbol);
        }

        return new TokenizedWord(
            [.. symbols.Select(symbol => symbol.Id)],
            [.. symbols.Select(symbol => new CharacterSpan(symbol.Start, symbol.End - symbol.Start))]);
    }

    private bool IsTooLong(ReadOnlySpan<char> word)
    {
        var characters = 0;
        foreach (var character in word)
        {
            characters += char.IsLowSurrogate(character) ? 0 : 1;
        }

        return characters > longestWord;
    }

    private Symbol? LongestAt(ReadOnlySpan<char> word, int start)
    {
        for (var end = word.Length; end > start;)
        {
            var part = word[start..end];
            if ((start == 0 ? Vocabulary.Find(part) : Vocabulary.Find(string.Concat(prefix, part))) is { } id)
            {
                return new Symbol(id, start, end);
            }

            Rune.DecodeLastFromUtf16(part, out _, out var last);
            end -= last;
        }

        return null;
    }

    private TokenizedWord Unknown(ReadOnlySpan<char> word)
    {
        var id = Vocabulary.Find(unknown) ?? throw new TokenizerFormatException(
            $"The text has the word '{word}', which cannot be tokenized, and the tokenizer's vocabulary lacks the unk_token '{unknown}'.");
        return new TokenizedWord([id], [new CharacterSpan(0, word.Length)]);
    }
}
