namespace RouteSae.Tokens.Models;

/// <summary>Turns a word, as pre-tokenizers cut it, into tokens; remembers the words of late. Thread-safe.</summary>
internal abstract class TokenModel(TokenVocabulary vocabulary)
{
    private readonly WordCache _cache = new();

    public TokenVocabulary Vocabulary => vocabulary;

    /// <summary>Whether words may come as text instead of in the <see cref="ByteAlphabet"/>: the model writes the bytes itself.</summary>
    public virtual bool WritesBytes => false;

    /// <summary>The tokens of a word that is not empty.</summary>
    /// <param name="word">The word.</param>
    /// <param name="budget">What the text may cost that it is from.</param>
    public TokenizedWord Tokenize(ReadOnlySpan<char> word, TextBudget budget)
    {
        if (!_cache.TryGet(word, out var tokens))
        {
            tokens = TokenizeAnew(word, budget);
            _cache.Add(word, tokens);
        }

        return tokens;
    }

    protected abstract TokenizedWord TokenizeAnew(ReadOnlySpan<char> word, TextBudget budget);
}
