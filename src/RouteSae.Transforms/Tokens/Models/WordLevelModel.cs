namespace RouteSae.Tokens.Models;

/// <summary>"WordLevel": every word is one token, or the unknown one.</summary>
internal sealed class WordLevelModel(TokenVocabulary vocabulary, string unknown) : TokenModel(vocabulary)
{
    protected override TokenizedWord TokenizeAnew(ReadOnlySpan<char> word, TextBudget budget)
    {
        var id = Vocabulary.Find(word) ?? Vocabulary.Find(unknown) ?? throw new TokenizerFormatException(
            $"The text has the word '{Shortened.Of(word)}', which the tokenizer's vocabulary lacks, as it lacks the unk_token '{Shortened.Of(unknown)}'.");
        return new TokenizedWord([id], [new CharacterSpan(0, word.Length)]);
    }
}
