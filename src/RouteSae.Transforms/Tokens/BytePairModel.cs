namespace RouteSae.Tokens;

/// <summary>Byte pair encoding: takes a word apart into symbols and merges them by rank. Thread-safe.</summary>
internal sealed class BytePairModel(BytePairVocabulary vocabulary, BytePairOptions options)
{
    private readonly WordCache _cache = new();
    private readonly SymbolReader _symbols = new(vocabulary, options);

    public BytePairVocabulary Vocabulary => vocabulary;

    public BytePairOptions Options => options;

    public TokenizedWord Tokenize(ReadOnlySpan<char> word)
    {
        if (!_cache.TryGet(word, out var tokens))
        {
            tokens = TokenizeAnew(word);
            _cache.Add(word, tokens);
        }

        return tokens;
    }

    private TokenizedWord TokenizeAnew(ReadOnlySpan<char> word)
    {
        if (options.IgnoreMerges && FindWhole(word) is { } whole)
        {
            return new TokenizedWord([whole], [new CharacterSpan(0, word.Length)]);
        }

        var symbols = _symbols.Read(word);
        PairMerger.MergeAll(vocabulary.Merges, symbols);
        var ids = new int[symbols.Count];
        var spans = new CharacterSpan[symbols.Count];
        for (var index = 0; index < ids.Length; index++)
        {
            var (id, start, end) = symbols[index];
            ids[index] = id;
            spans[index] = new CharacterSpan(start, end - start);
        }

        return new TokenizedWord(ids, spans);
    }

    private int? FindWhole(ReadOnlySpan<char> word) =>
        options.ByteLevel ? vocabulary.Find(ByteAlphabet.Write(word)) : vocabulary.Find(word);
}
