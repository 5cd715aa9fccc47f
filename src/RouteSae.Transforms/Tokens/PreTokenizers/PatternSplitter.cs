using RouteSae.Tokens.Patterns;

namespace RouteSae.Tokens.PreTokenizers;

/// <summary>Splits a piece at the matches of a pattern.</summary>
internal sealed class PatternSplitter(SplitPattern pattern, SplitBehavior behavior, bool invert)
{
    public void Split(Piece piece, List<Piece> output)
    {
        var matches = new List<CharacterSpan>();
        pattern.Find(piece.Characters, matches, piece.Text.Budget);
        if (behavior == SplitBehavior.Isolated)
        {
            AddAll(piece, matches, output);
            return;
        }

        foreach (var range in Merge(Segments(piece.Length, matches)).Where(range => range.Length > 0))
        {
            output.Add(piece.Slice(range.Start, range.Length));
        }
    }

    // The usual case without intermediate lists: matches and what lies between them.
    private static void AddAll(Piece piece, List<CharacterSpan> matches, List<Piece> output)
    {
        var position = 0;
        foreach (var match in matches)
        {
            if (match.Start > position)
            {
                output.Add(piece.Slice(position, match.Start - position));
            }

            if (match.Length > 0)
            {
                output.Add(piece.Slice(match.Start, match.Length));
            }

            position = match.End;
        }

        if (position < piece.Length)
        {
            output.Add(piece.Slice(position, piece.Length - position));
        }
    }

    private List<Segment> Segments(int length, List<CharacterSpan> matches)
    {
        var segments = new List<Segment>();
        var position = 0;
        foreach (var match in matches)
        {
            if (match.Start > position)
            {
                segments.Add(new Segment(position, match.Start - position, invert));
            }

            segments.Add(new Segment(match.Start, match.Length, !invert));
            position = match.End;
        }

        if (position < length)
        {
            segments.Add(new Segment(position, length - position, invert));
        }

        return segments;
    }

    private IEnumerable<Segment> Merge(List<Segment> segments) => behavior switch
    {
        SplitBehavior.Removed => segments.Where(segment => !segment.IsMatch),
        SplitBehavior.Contiguous => Join(segments, (previous, next) => previous.IsMatch == next.IsMatch),
        SplitBehavior.MergedWithPrevious => Join(segments, (previous, next) => next.IsMatch && !previous.IsMatch),
        SplitBehavior.MergedWithNext => Join(segments, (previous, next) => previous.IsMatch && !next.IsMatch),
        _ => segments,
    };

    private static List<Segment> Join(List<Segment> segments, Func<Segment, Segment, bool> joins)
    {
        var joined = new List<Segment>();
        for (var index = 0; index < segments.Count; index++)
        {
            var segment = segments[index];
            if (index > 0 && joins(segments[index - 1], segment))
            {
                joined[^1] = joined[^1] with { Length = joined[^1].Length + segment.Length };
            }
            else
            {
                joined.Add(segment);
            }
        }

        return joined;
    }

    private readonly record struct Segment(int Start, int Length, bool IsMatch);
}
