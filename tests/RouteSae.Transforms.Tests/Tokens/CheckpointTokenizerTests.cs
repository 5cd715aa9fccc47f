using System.Buffers;
using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class CheckpointTokenizerTests
{
    private const string Text = "The routed activation of the second token, and of the third.";

    private readonly TextTokenizer _tokenizer = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    private CheckpointTokenizer Adapter => new(_tokenizer);

    [Fact]
    public void Ids_and_counts_are_those_of_the_checkpoint()
    {
        Adapter.EncodeToIds(Text).Should().Equal(_tokenizer.Encode(Text).Ids);
        Adapter.CountTokens(Text).Should().Be(_tokenizer.Encode(Text).Ids.Count);
    }

    [Fact]
    public void Tokens_carry_their_place_in_the_text()
    {
        var tokens = Adapter.EncodeToTokens(Text, out var normalized);

        normalized.Should().BeNull();
        tokens.Where(token => token.Offset.End.Value > token.Offset.Start.Value)
            .Select(token => Text[token.Offset]).Should().NotBeEmpty()
            .And.Subject.Aggregate("", (all, part) => all + part).Should().Be(Text);
    }

    [Theory]
    [InlineData("The routed activation of the second token, and of the third.")]
    [InlineData("caf\u00e9 \ud83d\ude42\ud83d\ude42 na\u00efve \u4e2d\u6587 end")]
    public void A_text_cut_at_a_number_of_tokens_has_no_more_of_them(string text)
    {
        var frame = Adapter.CountTokens("");
        for (var most = frame; most < Adapter.CountTokens(text) + 2; most++)
        {
            var head = text[..Adapter.GetIndexByTokenCount(text, most, out _, out _)];
            var tail = text[Adapter.GetIndexByTokenCountFromEnd(text, most, out _, out _)..];

            Adapter.CountTokens(head).Should().BeLessThanOrEqualTo(most, "'{0}' was cut at {1}", head, most);
            char.IsLowSurrogate(tail.FirstOrDefault()).Should().BeFalse("no character is cut");
            text.Should().StartWith(head).And.EndWith(tail);
            if (most >= Adapter.CountTokens(text))
                (head, tail).Should().Be((text, text));
        }
    }

    [Fact]
    public void Decoding_into_memory_writes_all_or_nothing()
    {
        var ids = Adapter.EncodeToIds(Text);
        var text = _tokenizer.Decode(ids);
        var room = new char[text.Length];

        Adapter.Decode(ids, room, out var consumed, out var written).Should().Be(OperationStatus.Done);
        (consumed, written).Should().Be((ids.Count, text.Length));
        new string(room).Should().Be(text);
        Adapter.Decode(ids, room.AsSpan(1), out consumed, out written).Should().Be(OperationStatus.DestinationTooSmall);
        (consumed, written).Should().Be((0, 0));
    }
}
