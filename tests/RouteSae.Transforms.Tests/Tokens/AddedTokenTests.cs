using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class AddedTokenTests
{
    [Fact]
    public void The_longest_of_the_leftmost_added_tokens_wins()
    {
        var tokenizer = WithAdded(new { id = 10, content = "<a>" }, new { id = 11, content = "<a><b>" }, new { id = 12, content = "a><" });
        tokenizer.Encode("x<a><b>x<a>").Ids.Should().Equal(0, 11, 0, 10);
    }

    [Fact]
    public void A_special_token_of_the_text_has_an_empty_span_and_an_ordinary_added_token_its_characters()
    {
        var tokenizer = WithAdded(new { id = 10, content = "<s>", special = true }, new { id = 11, content = "<tag>" });
        var encoded = tokenizer.Encode("x<s>x<tag>x");
        encoded.Ids.Should().Equal(0, 10, 0, 11, 0);
        encoded.Spans.Should().Equal(new CharacterSpan(0, 1), new(1, 0), new(4, 1), new(5, 5), new(10, 1));
        tokenizer.SpecialTokens.Should().Equal(10);
        tokenizer.Decode(encoded.Ids, skipSpecialTokens: true).Should().Be("x x <tag> x", "without a decoder tokens are joined by spaces");
    }

    [Fact]
    public void Lstrip_and_rstrip_take_white_space_with_them()
    {
        var tokenizer = WithAdded(
            new { id = 10, content = "<l>", lstrip = true, special = false, rstrip = false }, new { id = 11, content = "<r>", lstrip = false, special = false, rstrip = true });
        tokenizer.Encode("x \n<l> x").Ids.Should().Equal(0, 10, 1, 0);
        tokenizer.Encode("x \n<l> x").Spans[1].Should().Be(new CharacterSpan(1, 5));
        tokenizer.Encode("x <r>\t x").Ids.Should().Equal(0, 1, 11, 0);
        tokenizer.Encode("x <r>\t x").Spans[2].Should().Be(new CharacterSpan(2, 5));
        tokenizer.Encode("<r>  <l>").Spans.Should().Equal(new CharacterSpan(0, 5), new(5, 3));
    }

    [Fact]
    public void A_single_word_matches_only_between_other_than_word_characters()
    {
        var tokenizer = WithAdded(new { id = 10, content = "xx", single_word = true });
        tokenizer.Encode("xx xx").Ids.Should().Equal(10, 1, 10);
        tokenizer.Encode("xxx").Ids.Should().Equal(0, 0, 0);
        tokenizer.Encode("_xx").Ids.Should().Equal(4, 0, 0);
    }

    [Fact]
    public void A_normalized_token_is_looked_for_in_the_normalized_text()
    {
        var normalizer = new { type = "Replace", pattern = new { String = "X" }, content = "x" };
        TextTokenizer Load(bool normalized) => TinyTokenizer.Load(new
        {
            added_tokens = new[] { new { id = 10, content = "<X>", normalized } },
            normalizer,
            model = TinyTokenizer.Characters("x <>"),
        });
        Load(true).Encode("<x><X>").Ids.Should().Equal(10, 10);
        Load(false).Encode("<x><X>").Ids.Should().Equal(2, 0, 3, 10);
    }

    [Fact]
    public void Tokens_that_only_the_configuration_names_are_added_too()
    {
        var tokenizer = TinyTokenizer.Load(
            new { model = TinyTokenizer.Characters("x §") },
            new
            {
                bos_token = new { content = "§", lstrip = false },
                pad_token = "<pad>",
                eos_token = "<absent>",
                added_tokens_decoder = new Dictionary<string, object> { ["7"] = new { content = "<pad>", special = true } },
            });
        tokenizer.Encode("x<pad>").Ids.Should().Equal(0, 7);
        tokenizer.Padding.Should().Be(7);
        tokenizer.BeginOfSequence.Should().Be(2);
        tokenizer.EndOfSequence.Should().BeNull();
        tokenizer.SpecialTokens.Should().BeEquivalentTo([2, 7]);
        tokenizer.VocabularySize.Should().Be(8);
    }

    [Fact]
    public void An_added_token_that_contradicts_the_vocabulary_is_an_error()
    {
        var load = () => WithAdded(new { id = 5, content = "x" });
        load.Should().Throw<TokenizerFormatException>().WithMessage(
            "tokenizer.json of tiny: the added token 'x' has id 5, but the vocabulary says 0.");
        load = () => WithAdded(new { id = 0, content = "<s>" });
        load.Should().Throw<TokenizerFormatException>().WithMessage(
            "tokenizer.json of tiny: the added token '<s>' has id 0, which is 'x' in the vocabulary.");
    }

    private static TextTokenizer WithAdded(params object[] tokens) =>
        TinyTokenizer.Load(new { added_tokens = tokens, model = TinyTokenizer.Characters("x <>_") });
}
