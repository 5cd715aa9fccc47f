namespace RouteSae.Tokens.Models;

/// <summary>"WordPiece": always the longest token that the rest of a word begins with; a word that fails is unknown as a whole.</summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly string _unknown;
    private readonly int _longestWord;
    private readonly PieceLookup _beginnings;
    private readonly PieceLookup _continuations; // without the prefix

    public WordPieceModel(TokenVocabulary vocabulary, string unknown, string prefix, int longestWord)
        : base(vocabulary)
    {
        _unknown = unknown;
        _longestWord = longestWord;
        _beginnings = new PieceLookup(vocabulary.Ids.Where(pair => pair.Key.Length > 0));
        _continuations = new PieceLookup(vocabulary.Ids
            .Where(pair => pair.Key.Length > prefix.Length && pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(pair => KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value)));
    }

    protected override TokenizedWord TokenizeAnew(ReadOnlySpan<char> word, TextBudget budget)
    {
        if (IsTooLong(word))
        {
            return Unknown(word);
        }

        var symbols = new List<Symbol>();
        var found = new List<(int Id, int Length)>();
        for (var start = 0; start < word.Length; start = symbols[^1].End)
        {
            if (LongestAt(word, start, found, budget) is not { } symbol)
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

        return characters > _longestWord;
    }

    // A token must not end within a surrogate pair.
    private Symbol? LongestAt(ReadOnlySpan<char> word, int start, List<(int Id, int Length)> found, TextBudget budget)
    {
        budget.Work((start == 0 ? _beginnings : _continuations).Find(word[start..], found), "The WordPiece model");
        for (var index = found.Count - 1; index >= 0; index--)
        {
            var end = start + found[index].Length;
            if (end == word.Length || !char.IsSurrogatePair(word[end - 1], word[end]))
            {
                return new Symbol(found[index].Id, start, end);
            }
        }

        return null;
    }

    private TokenizedWord Unknown(ReadOnlySpan<char> word)
    {
        var id = Vocabulary.Find(_unknown) ?? throw new TokenizerFormatException(
            $"The text has the word '{Shortened.Of(word)}', which cannot be tokenized, and the tokenizer's vocabulary lacks the unk_token '{Shortened.Of(_unknown)}'.");
        return new TokenizedWord([id], [new CharacterSpan(0, word.Length)]);
    }
}
