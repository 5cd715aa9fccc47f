using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class SentencePieceStyleTests
{
    private static readonly object Prepend = new { type = "Prepend", prepend = "▁" };
    private static readonly object Replace = new { type = "Replace", pattern = new { String = " " }, content = "▁" };
    private static readonly object Model = TinyTokenizer.Characters("▁ab<s>", "▁ a", "▁ ▁", "▁a b");

    [Fact]
    public void Spans_leave_the_prepended_mark_out_and_keep_the_space_of_a_word()
    {
        var tokenizer = TinyTokenizer.Load(new { normalizer = new { type = "Sequence", normalizers = new[] { Prepend, Replace } }, model = Model });
        tokenizer.Encode("ab a").Spans.Should().Equal(new CharacterSpan(0, 2), new(2, 2));
        tokenizer.Encode("b").Spans.Should().Equal(new CharacterSpan(0, 0), new(0, 1));
        tokenizer.Encode("").Ids.Should().BeEmpty();
    }

    [Fact]
    public void A_replacement_of_another_length_keeps_its_span()
    {
        var twoForOne = new { type = "Replace", pattern = new { Regex = "a+" }, content = "bb" };
        TinyTokenizer.Load(new { normalizer = twoForOne, model = Model }).Encode("baaab").Spans
            .Should().Equal(new CharacterSpan(0, 1), new(1, 3), new(1, 3), new(4, 1));
    }

    [Theory]
    [InlineData("always", "▁a|▁a|<s>|▁a")]
    [InlineData("first", "▁a|▁a|<s>|a")]
    [InlineData("never", "a|▁a|<s>|a")]
    public void Metaspace_puts_its_mark_where_the_scheme_says(string scheme, string expected)
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            added_tokens = new[] { new { id = 20, content = "<s>", special = true } },
            pre_tokenizer = new { type = "Metaspace", replacement = "▁", prepend_scheme = scheme, split = true },
            model = Model,
        });
        string.Join('|', tokenizer.Texts("a a<s>a")).Should().Be(expected);
    }

    [Fact]
    public void Metaspace_of_older_files_says_add_prefix_space_instead()
    {
        var tokenizer = TinyTokenizer.Load(new { pre_tokenizer = new { type = "Metaspace", add_prefix_space = false }, model = Model });
        tokenizer.Texts("a a").Should().Equal("a", "▁a");
    }

    [Theory]
    [InlineData(true, "▁|▁a")]
    [InlineData(false, "▁▁|a")]
    public void Metaspace_splits_before_every_mark_or_not_at_all(bool split, string expected)
    {
        var model = TinyTokenizer.Characters("▁a", "▁ ▁", "▁ a");
        var tokenizer = TinyTokenizer.Load(new { pre_tokenizer = new { type = "Metaspace", split }, model });
        string.Join('|', tokenizer.Texts("  a")).Should().Be(expected);
    }

    [Fact]
    public void Merges_across_a_mark_are_made_where_the_vocabulary_has_them()
    {
        var crossing = TinyTokenizer.Characters("▁ab", "a ▁", "a▁ b");
        TinyTokenizer.Load(new { normalizer = Replace, model = crossing }).Texts("a b").Should().Equal("a▁b");
    }

    [Fact]
    public void Decoders_write_spaces_bytes_and_cut_the_first_space()
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            decoder = new
            {
                type = "Sequence",
                decoders = new object[]
                {
                    new { type = "Replace", pattern = new { String = "▁" }, content = " " },
                    new { type = "ByteFallback" },
                    new { type = "Fuse" },
                    new { type = "Strip", content = " ", start = 1, stop = 0 },
                },
            },
            model = new { type = "BPE", vocab = TinyTokenizer.Vocabulary("▁a", "<0xC3>", "<0xA9>", "<0x0A>"), merges = Array.Empty<string>() },
        });
        tokenizer.Decode([0, 1, 2, 3, 0]).Should().Be("a\u00E9\n a");
        tokenizer.Decode([1, 0, 2, 1]).Should().Be("\uFFFD a\uFFFD\uFFFD");
        tokenizer.TokenText(0).Should().Be(" a");
        tokenizer.TokenText(1).Should().Be("<0xC3>");
        tokenizer.TokenText(3).Should().Be("\n");
    }

    [Fact]
    public void The_metaspace_decoder_drops_the_marks_of_the_first_token()
    {
        object Decoder(string scheme) => new { type = "Metaspace", replacement = "▁", prepend_scheme = scheme };
        string Decode(string scheme) => TinyTokenizer.Load(new { decoder = Decoder(scheme), model = Model }).Decode([6, 6]);
        Decode("always").Should().Be("a a");
        Decode("never").Should().Be(" a a");
    }
}
