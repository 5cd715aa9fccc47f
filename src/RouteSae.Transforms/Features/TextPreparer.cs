using RouteSae.LanguageModels;
using RouteSae.Tokens;

namespace RouteSae.Features;

/// <summary>Tokenises texts, cuts them at the context and marks the tokens that count.</summary>
internal sealed class TextPreparer(
    TextTokenizer tokenizer, DecoderConfig languageModel, SpecialTokenPolicy policy, int maxTokens, Action<TruncatedText>? firstTruncated)
{
    private readonly int? _begin = policy.Begin ? BeginToken.Of(tokenizer) : null;
    private int _told;

    public PreparedText Prepare(string? text) => Prepare([text], CancellationToken.None)[0];

    /// <summary>Prepares texts, several at a time.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">A text has a token for which the language model has no embedding.</exception>
    public PreparedText[] Prepare(IReadOnlyList<string?> texts, CancellationToken cancellationToken)
    {
        var prepared = new PreparedText[texts.Count];
        ParallelTexts.ForEach(texts.Count, () => prepared, (text, into) => into[text] = Tokenize(texts[text]), cancellationToken);
        if (prepared.FirstOrDefault(text => text.Truncated) is { } truncated)
        {
            TellOnce(new TruncatedText(truncated.TokensInText, truncated.Length));
        }

        return prepared;
    }

    public string TokenText(int id) => tokenizer.TokenText(id);

    private PreparedText Tokenize(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return PreparedText.Empty;
        }

        var encoded = Begun(tokenizer.Encode(text, policy.Add));
        int[] ids = [.. encoded.Ids.Take(maxTokens)];
        VocabularyFit.ThrowIfOutside(ids, tokenizer, languageModel);
        bool[] pooled = [.. ids.Select((id, position) => policy.Pool || !(tokenizer.SpecialTokens.Contains(id) || (position == 0 && id == _begin)))];
        return new PreparedText(ids, [.. encoded.Spans.Take(ids.Length)], pooled, encoded.Ids.Count);
    }

    /// <summary>The begin token stands for no characters.</summary>
    private EncodedText Begun(EncodedText text) => _begin is not { } begin || (text.Ids.Count > 0 && text.Ids[0] == begin)
        ? text
        : new EncodedText([begin, .. text.Ids], [default, .. text.Spans]);

    private void TellOnce(TruncatedText text)
    {
        if (firstTruncated is not null && Interlocked.Exchange(ref _told, 1) == 0)
        {
            firstTruncated(text);
        }
    }
}
