using RouteSae.Storage;
using RouteSae.Tokens;

namespace RouteSae.Features;

/// <summary>Tokenises texts, cuts them at the context and marks the tokens that count.</summary>
internal sealed class TextPreparer(TextTokenizer tokenizer, SpecialTokenPolicy policy, int maxTokens, Action<TruncatedText>? firstTruncated)
{
    private int _told;

    public PreparedText Prepare(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return PreparedText.Empty;
        }

        var encoded = tokenizer.Encode(text, policy.Add);
        var length = Math.Min(encoded.Ids.Count, maxTokens);
        if (length < encoded.Ids.Count)
        {
            TellOnce(new TruncatedText(encoded.Ids.Count, length));
        }

        int[] ids = [.. encoded.Ids.Take(length)];
        bool[] pooled = [.. ids.Select(id => policy.Pool || !tokenizer.SpecialTokens.Contains(id))];
        return new PreparedText(ids, [.. encoded.Spans.Take(length)], pooled, length < encoded.Ids.Count);
    }

    public string TokenText(int id) => tokenizer.TokenText(id);

    private void TellOnce(TruncatedText text)
    {
        if (firstTruncated is not null && Interlocked.Exchange(ref _told, 1) == 0)
        {
            firstTruncated(text);
        }
    }
}
