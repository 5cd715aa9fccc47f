using System.Text;

namespace RouteSae.Tokens;

/// <summary>Takes one text through the steps of a pipeline.</summary>
internal sealed class TextEncoder(TokenizerPipeline pipeline, string text)
{
    private const int CharactersPerToken = 4;

    private readonly TokenSink _sink = new((text.Length / CharactersPerToken) + 8);
    private readonly List<Piece> _words = [];

    public EncodedText Encode(bool addSpecialTokens)
    {
        if (addSpecialTokens)
        {
            _sink.Add(pipeline.Frame.Before, 0);
        }

        var valid = WithoutHalfPairs(text);
        var whole = new AlignedText(valid, 0, valid.Length).Whole;
        Split(whole, pipeline.Added.FindPlain(valid, whole.Text.Budget), AddStretch);
        if (addSpecialTokens)
        {
            _sink.Add(pipeline.Frame.After, text.Length);
        }

        return _sink.ToEncodedText();
    }

    private static string WithoutHalfPairs(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var valid = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            valid.Append(rune.ToString());
        }

        return valid.ToString();
    }

    // Added tokens go to the result, what lies between them to the next step.
    private void Split(Piece piece, List<AddedTokenMatch> matches, Action<Piece> next)
    {
        var position = 0;
        foreach (var match in matches)
        {
            Pass(piece, position, match.Start, next);
            var span = piece.OriginalOf(new CharacterSpan(match.Start, match.Length));
            _sink.Add(match.Token.Id, match.Token.Special ? span with { Length = 0 } : span);
            position = match.End;
        }

        Pass(piece, position, piece.Length, next);
    }

    private static void Pass(Piece piece, int start, int end, Action<Piece> next)
    {
        if (end > start)
        {
            next(piece.Slice(start, end - start));
        }
    }

    private void AddStretch(Piece piece)
    {
        var normalized = pipeline.Normalizer?.Apply(piece) ?? piece;
        Split(normalized, pipeline.Added.FindNormalized(normalized.Characters, normalized.Text.Budget), AddWords);
    }

    private void AddWords(Piece piece)
    {
        if (pipeline.PreTokenizer is null)
        {
            AddWord(piece);
            return;
        }

        _words.Clear();
        pipeline.PreTokenizer.Apply(piece, _words);
        foreach (var word in _words)
        {
            AddWord(word);
        }
    }

    private void AddWord(Piece word) => _sink.Add(pipeline.Model.Tokenize(word.Characters, word.Text.Budget), word);
}
