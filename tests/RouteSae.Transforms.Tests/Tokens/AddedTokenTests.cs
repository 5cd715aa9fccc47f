using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class AddedTokenTests
{
    [Fact]
    public void The_longest_of_the_leftmost_added_tokens_wins()
    {
        var tokenizer = WithAdded(new { id = 5, content = "<a>" }, new { id = 6, content = "<a><b>" }, new { id = 7, content = "a><" });
        tokenizer.Encode("x<a><b>x<a>").Ids.Should().Equal(0, 6, 0, 5);
    }

    [Fact]
    public void A_special_token_of_the_text_has_an_empty_span_and_an_ordinary_added_token_its_characters()
    {
        var tokenizer = WithAdded(new { id = 5, content = "<s>", special = true }, new { id = 6, content = "<tag>" });
        var encoded = tokenizer.Encode("x<s>x<tag>x");
        encoded.Ids.Should().Equal(0, 5, 0, 6, 0);
        encoded.Spans.Should().Equal(new CharacterSpan(0, 1), new(1, 0), new(4, 1), new(5, 5), new(10, 1));
        tokenizer.SpecialTokens.Should().Equal(5);
        tokenizer.Decode(encoded.Ids, skipSpecialTokens: true).Should().Be("x x <tag> x", "without a decoder tokens are joined by spaces");
    }

    [Fact]
    public void Lstrip_and_rstrip_take_white_space_with_them()
    {
        var tokenizer = WithAdded(
            new { id = 5, content = "<l>", lstrip = true, special = false, rstrip = false }, new { id = 6, content = "<r>", lstrip = false, special = false, rstrip = true });
        tokenizer.Encode("x \n<l> x").Ids.Should().Equal(0, 5, 1, 0);
        tokenizer.Encode("x \n<l> x").Spans[1].Should().Be(new CharacterSpan(1, 5));
        tokenizer.Encode("x <r>\t x").Ids.Should().Equal(0, 1, 6, 0);
        tokenizer.Encode("x <r>\t x").Spans[2].Should().Be(new CharacterSpan(2, 5));
        tokenizer.Encode("<r>  <l>").Spans.Should().Equal(new CharacterSpan(0, 5), new(5, 3));
    }

    [Fact]
    public void White_space_that_rstrip_took_goes_back_to_a_token_of_white_space()
    {
        var tokenizer = WithAdded(new { id = 5, content = "<>", rstrip = true }, new { id = 6, content = "  " });
        var encoded = tokenizer.Encode("<>   x");
        encoded.Ids.Should().Equal([5, 6, 1, 0], "the third space is not part of the last match");
        encoded.Spans.Should().Equal(new CharacterSpan(0, 2), new(2, 2), new(4, 1), new(5, 1));
    }

    [Fact]
    public void Of_two_entries_for_one_token_the_last_ones_flags_hold()
    {
        var tokenizer = WithAdded(
            new { id = 5, content = "<s>", special = true, lstrip = false },
            new { id = 6, content = "<t>", special = false, lstrip = false },
            new { id = 9, content = "<s>", special = false, lstrip = true });
        var encoded = tokenizer.Encode("x <s><t>");
        encoded.Ids.Should().Equal(0, 5, 6);
        tokenizer.SpecialTokens.Should().Equal([5], "what was special once stays so");
    }

    [Fact]
    public void The_flags_of_a_token_in_the_configuration_do_not_overrule_those_of_the_tokenizer()
    {
        var tokenizer = TinyTokenizer.Load(
            new { added_tokens = new[] { new { id = 2, content = "<s>" } }, model = TinyTokenizer.Characters("x ") },
            new { added_tokens_decoder = new Dictionary<string, object> { ["2"] = new { content = "<s>", lstrip = true } } });
        tokenizer.Encode("x <s>").Ids.Should().Equal(0, 1, 2);
    }

    [Fact]
    public void A_single_word_matches_only_between_other_than_word_characters()
    {
        var tokenizer = WithAdded(new { id = 5, content = "xx", single_word = true });
        tokenizer.Encode("xx xx").Ids.Should().Equal(5, 1, 5);
        tokenizer.Encode("xxx").Ids.Should().Equal(0, 0, 0);
        tokenizer.Encode("_xx").Ids.Should().Equal(4, 0, 0);
    }

    [Fact]
    public void A_normalized_token_is_looked_for_in_the_normalized_text()
    {
        var normalizer = new { type = "Replace", pattern = new { String = "X" }, content = "x" };
        TextTokenizer Load(bool normalized) => TinyTokenizer.Load(new
        {
            added_tokens = new[] { new { id = 4, content = "<X>", normalized } },
            normalizer,
            model = TinyTokenizer.Characters("x <>"),
        });
        Load(true).Encode("<x><X>").Ids.Should().Equal(4, 4);
        Load(false).Encode("<x><X>").Ids.Should().Equal(2, 0, 3, 4);
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
                added_tokens_decoder = new Dictionary<string, object> { ["3"] = new { content = "<pad>", special = true } },
            });
        tokenizer.Encode("x<pad>").Ids.Should().Equal(0, 3);
        tokenizer.Padding.Should().Be(3);
        tokenizer.BeginOfSequence.Should().Be(2);
        tokenizer.EndOfSequence.Should().BeNull();
        tokenizer.SpecialTokens.Should().BeEquivalentTo([2, 3]);
        tokenizer.VocabularySize.Should().Be(4);
    }

    [Fact]
    public void An_added_token_has_the_id_of_the_vocabulary_or_the_next_whatever_the_file_says()
    {
        var tokenizer = WithAdded(new { id = 9, content = "x" }, new { id = 0, content = "<s>" }, new { id = 100, content = "<t>" });
        tokenizer.Encode("x<s><t>").Ids.Should().Equal(0, 5, 6);
    }

    [Fact]
    public void Where_ids_have_gaps_the_file_decides_unless_it_contradicts_the_vocabulary()
    {
        var model = new { type = "BPE", vocab = new Dictionary<string, int> { ["a"] = 0, ["b"] = 2 }, merges = Array.Empty<string>() };
        TextTokenizer Load(int id) => TinyTokenizer.Load(new { added_tokens = new[] { new { id, content = "<s>" } }, model });
        Load(1).Encode("a<s>b").Ids.Should().Equal(0, 1, 2);
        var load = () => Load(2);
        load.Should().Throw<TokenizerFormatException>().WithMessage("tokenizer.json of tiny: the added token '<s>' has id 2, which is 'b' in the vocabulary.");
    }

    private static TextTokenizer WithAdded(params object[] tokens) =>
        TinyTokenizer.Load(new { added_tokens = tokens, model = TinyTokenizer.Characters("x <>_") });
}
