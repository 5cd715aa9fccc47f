namespace RouteSae.Tokens;

/// <summary>Byte pair encoding: takes a word apart into symbols and merges them by rank. Thread-safe.</summary>
/// <remarks>
/// Not a tokenizer of Microsoft.ML.Tokenizers 2.0.1, because those cannot give a checkpoint's exact tokens and spans:
/// BpeTokenizer has neither byte fallback nor ignore_merges and needs quadratic time for long words, its expressions
/// see halves of characters beyond U+FFFF, and SentencePieceTokenizer breaks ties differently ("xxxxx") and counts
/// spans in the normalized text. The tests hold this model against both where they agree with the golden ids.
/// </remarks>
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
