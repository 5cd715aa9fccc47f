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
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void A_text_cut_at_a_number_of_tokens_has_no_more_of_them(int most)
    {
        var index = Adapter.GetIndexByTokenCount(Text, most, out _, out var count);

        count.Should().Be(Math.Min(most, Adapter.CountTokens(Text)));
        Adapter.EncodeToIds(Text).Take(count).Should().Equal(Adapter.EncodeToIds(Text[..index]).Take(count));
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
