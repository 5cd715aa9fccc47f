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

        var consumed = count == encoded.Ids.Count ? source.Length : Whole(encoded.Spans, count);
        return new EncodeResults<EncodedToken> { Tokens = tokens, NormalizedText = null, CharsConsumed = consumed };
    }

    /// <inheritdoc/>
    protected override int GetIndexByTokenCount(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, bool fromEnd, out string? normalizedText, out int tokenCount)
    {
        var source = text ?? textSpan.ToString();
        var spans = tokenizer.Encode(source, addSpecialTokens: false).Spans;
        var frame = tokenizer.Encode("").Ids.Count;
        normalizedText = null;
        tokenCount = Math.Min(spans.Count + frame, settings.MaxTokenCount);
        var room = Math.Clamp(settings.MaxTokenCount - frame, 0, spans.Count);
        if (room == spans.Count)
            return fromEnd ? 0 : source.Length;
        return fromEnd ? source.Length - Whole(FromEnd(spans, source.Length), room) : Whole(spans, room);
    }

    /// <summary>Where the first tokens end in the text, or fewer of them where they would end within a character.</summary>
    private static int Whole(IReadOnlyList<CharacterSpan> spans, int count)
    {
        while (count > 0 && count < spans.Count && spans[count - 1] == spans[count] && spans[count].Length > 0)
            count--;
        return count == 0 ? 0 : spans[count - 1].Start + spans[count - 1].Length;
    }

    /// <summary>The spans as one sees them reading the text backwards.</summary>
    private static IReadOnlyList<CharacterSpan> FromEnd(IReadOnlyList<CharacterSpan> spans, int length) =>
        [.. spans.Reverse().Select(span => new CharacterSpan(length - span.Start - span.Length, span.Length))];
}
