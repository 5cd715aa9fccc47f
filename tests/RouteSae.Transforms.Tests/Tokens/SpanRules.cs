using FluentAssertions;
using RouteSae.Tokens;

namespace RouteSae.Tests.Tokens;

/// <summary>What must hold of the spans of any encoded text.</summary>
internal static class SpanRules
{
    public static void Check(TextTokenizer tokenizer, string text, EncodedText encoded)
    {
        encoded.Spans.Should().HaveSameCount(encoded.Ids);
        var (start, end) = (0, 0);
        var covered = new bool[text.Length];
        for (var index = 0; index < encoded.Ids.Count; index++)
        {
            var span = encoded.Spans[index];
            span.Start.Should().BeGreaterThanOrEqualTo(start, "starts ascend");
            span.End.Should().BeGreaterThanOrEqualTo(end, "ends ascend").And.BeLessThanOrEqualTo(text.Length);
            (start, end) = (span.Start, span.End);
            covered.AsSpan(span.Start, span.Length).Fill(true);
            if (tokenizer.SpecialTokens.Contains(encoded.Ids[index]) && tokenizer.TokenText(encoded.Ids[index]) != "<unk>")
            {
                span.Length.Should().Be(0, "special tokens have an empty span");
            }
            else if (tokenizer.TokenText(encoded.Ids[index]) != " ")
            {
                span.Length.Should().BePositive("a token of the text stands for characters of it");
            }
        }

        var uncovered = string.Concat(text.Where((_, index) => !covered[index]));
        foreach (var special in encoded.Ids.Where(tokenizer.SpecialTokens.Contains).Distinct())
        {
            uncovered = uncovered.Replace(tokenizer.TokenText(special), "");
        }

        uncovered.Should().BeEmpty("only special tokens leave characters of the text out");
    }
}
