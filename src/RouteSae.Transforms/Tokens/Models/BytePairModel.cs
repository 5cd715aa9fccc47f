namespace RouteSae.Tokens.Models;

/// <summary>"BPE": byte pair encoding takes a word apart into symbols and merges them by rank.</summary>
/// <remarks>
/// Not a tokenizer of Microsoft.ML.Tokenizers 2.0.1, because those cannot give a checkpoint's exact tokens and spans:
/// BpeTokenizer has neither byte fallback nor ignore_merges and needs quadratic time for long words, its expressions
/// see halves of characters beyond U+FFFF, and SentencePieceTokenizer breaks ties differently ("xxxxx") and counts
/// spans in the normalized text. The tests hold this model against both where they agree with the golden ids.
/// </remarks>
internal sealed class BytePairModel(TokenVocabulary vocabulary, Dictionary<TokenPair, Merge> merges, BytePairOptions options)
    : TokenModel(vocabulary)
{
    private readonly SymbolReader _symbols = new(vocabulary, options);

    public Dictionary<TokenPair, Merge> Merges => merges;

    public BytePairOptions Options => options;

    public override bool WritesBytes => options.ByteLevel;

    protected override TokenizedWord TokenizeAnew(ReadOnlySpan<char> word, TextBudget budget)
    {
        if (options.IgnoreMerges && FindWhole(word) is { } whole)
        {
            return new TokenizedWord([whole], [new CharacterSpan(0, word.Length)]);
        }

        var symbols = _symbols.Read(word);
        PairMerger.MergeAll(merges, symbols);
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
        options.ByteLevel ? Vocabulary.Find(ByteAlphabet.Write(word)) : Vocabulary.Find(word);
}
