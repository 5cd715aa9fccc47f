using RouteSae.Tokens;

namespace RouteSae.LanguageModels;

/// <summary>
/// Whether a tokenizer belongs to a language model. Its own vocabulary must lie within the embedding; tokens that were added to it may lie beyond,
/// as in Gemma 3 1B and in models that were given a padding token, and no text may yield them then.
/// </summary>
internal static class VocabularyFit
{
    /// <summary>Why they do not belong together, as part of a sentence; null when they do.</summary>
    public static string? Problem(TextTokenizer tokenizer, DecoderConfig config) => tokenizer.OwnVocabularySize > config.VocabularySize
        ? $"the tokenizer has {tokenizer.OwnVocabularySize} tokens without the added ones, the language model's embedding {config.VocabularySize}"
        : null;

    /// <summary>Refuses the tokens of a text of which one has no embedding.</summary>
    /// <exception cref="ArgumentException">One has none; the message names it.</exception>
    public static void ThrowIfOutside(IEnumerable<int> ids, TextTokenizer tokenizer, DecoderConfig config)
    {
        foreach (var id in ids)
        {
            if (id >= config.VocabularySize)
                throw new ArgumentException(
                    $"A text has the token '{tokenizer.TokenText(id)}', whose id {id} is outside the vocabulary of {config.VocabularySize} (ids 0 to {config.VocabularySize - 1}): the language model has no embedding for it. Take it out of the text.");
        }
    }
}
