namespace RouteSae.Tokens.Models;

/// <summary>Turns a word, as pre-tokenizers cut it, into tokens; remembers the words of late. Thread-safe.</summary>
internal abstract class TokenModel(TokenVocabulary vocabulary)
{
    private readonly WordCache _cache = new();

    public TokenVocabulary Vocabulary => vocabulary;

    /// <summary>Whether words may come as text instead of in the <see cref="ByteAlphabet"/>: the model writes the bytes itself.</summary>
    public virtual bool WritesBytes => false;

    /// <summary>The tokens of a word that is not empty.</summary>
    public TokenizedWord Tokenize(ReadOnlySpan<char> word)
    {
        if (!_cache.TryGet(word, out var tokens))
        {
            tokens = TokenizeAnew(word);
            _cache.Add(word, tokens);
        }

        return tokens;
    }

    protected abstract TokenizedWord TokenizeAnew(ReadOnlySpan<char> word);
}
