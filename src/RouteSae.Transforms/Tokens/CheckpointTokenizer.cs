using System.Buffers;
using Microsoft.ML.Tokenizers;

namespace RouteSae.Tokens;

/// <summary>
/// A <see cref="TextTokenizer"/> as a tokenizer of Microsoft.ML.Tokenizers, for code that expects one: counting tokens,
/// cutting a text at a number of tokens, chunking. Special tokens are added as the checkpoint says. Thread-safe.
/// </summary>
/// <param name="tokenizer">The checkpoint's tokenizer.</param>
public sealed class CheckpointTokenizer(TextTokenizer tokenizer) : Tokenizer
{
    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => tokenizer.Decode(ids);

    /// <inheritdoc/>
    /// <remarks>All or nothing: a destination that is too small gets no characters.</remarks>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        int[] all = [.. ids];
        var text = tokenizer.Decode(all);
        var fits = text.TryCopyTo(destination);
        idsConsumed = fits ? all.Length : 0;
        charsWritten = fits ? text.Length : 0;
        return fits ? OperationStatus.Done : OperationStatus.DestinationTooSmall;
    }

    /// <inheritdoc/>
    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var source = text ?? textSpan.ToString();
        var encoded = tokenizer.Encode(source);
        var count = Math.Min(encoded.Ids.Count, settings.MaxTokenCount);
        var tokens = new EncodedToken[count];
        for (var i = 0; i < count; i++)
        {
            var (start, length) = (encoded.Spans[i].Start, encoded.Spans[i].Length);
            tokens[i] = new EncodedToken(encoded.Ids[i], tokenizer.TokenText(encoded.Ids[i]), start..(start + length));
        }

        var consumed = count == encoded.Ids.Count ? source.Length : tokens.Select(token => token.Offset.End.Value).DefaultIfEmpty(0).Max();
        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = null, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        var source = text ?? textSpan.ToString();
        var spans = tokenizer.Encode(source).Spans;
        normalizedText = null;
        tokenCount = Math.Min(spans.Count, settings.MaxTokenCount);
        if (tokenCount == spans.Count)
            return fromEnd ? 0 : source.Length;
        return fromEnd
            ? spans.TakeLast(tokenCount).Select(span => span.Start).DefaultIfEmpty(source.Length).Min()
            : spans.Take(tokenCount).Select(span => span.Start + span.Length).DefaultIfEmpty(0).Max();
    }
}
