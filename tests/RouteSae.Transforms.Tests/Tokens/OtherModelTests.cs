using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class OtherModelTests
{
    private static readonly object Words = new { type = "WhitespaceSplit" };

    [Fact]
    public void A_word_is_a_token_or_unknown()
    {
        var tokenizer = TinyTokenizer.Load(new { pre_tokenizer = Words, model = new { type = "WordLevel", unk_token = "?", vocab = TinyTokenizer.Vocabulary("the", "cat", "?") } });
        tokenizer.Encode("the dog cat").Ids.Should().Equal(0, 2, 1);
        tokenizer.Encode("the dog cat").Spans.Should().Equal(new CharacterSpan(0, 3), new(4, 3), new(8, 3));
    }

    [Fact]
    public void Word_pieces_are_the_longest_from_the_left()
    {
        var tokenizer = Pieces("[UNK]", "un", "##aff", "##able", "##a", "##b", "una");
        tokenizer.Texts("unaffable").Should().Equal("[UNK]");
        tokenizer.Texts("unable unaab").Should().Equal("[UNK]", "una", "##a", "##b");
    }

    [Fact]
    public void A_word_that_is_too_long_is_unknown()
    {
        var tokenizer = Pieces("[UNK]", "a", "##a");
        tokenizer.Encode(new string('a', 100)).Ids.Should().HaveCount(100);
        tokenizer.Encode(new string('a', 101)).Ids.Should().Equal(0);
    }

    [Fact]
    public void Byte_pairs_may_mark_the_inside_and_the_end_of_words()
    {
        var ends = TinyTokenizer.Load(new
        {
            pre_tokenizer = Words,
            model = new { type = "BPE", end_of_word_suffix = "</w>", vocab = TinyTokenizer.Vocabulary("a", "b", "b</w>", "a</w>", "ab</w>"), merges = new[] { "a b</w>" } },
        });
        ends.Texts("ab aba").Should().Equal("ab</w>", "a", "b", "a</w>");
        var insides = TinyTokenizer.Load(new
        {
            model = new { type = "BPE", continuing_subword_prefix = "##", vocab = TinyTokenizer.Vocabulary("a", "##a", "##b", "ab", "##ba"), merges = new[] { "a ##b", "##b ##a" } },
        });
        insides.Texts("aba").Should().Equal("ab", "##a");
        insides.Encode("aaba").Spans.Should().Equal(new CharacterSpan(0, 1), new(1, 1), new(2, 2));
    }

    [Fact]
    public void A_waiting_unknown_character_comes_after_the_bytes_of_the_next()
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            model = new { type = "BPE", unk_token = "<unk>", byte_fallback = true, vocab = TinyTokenizer.Vocabulary("<unk>", "a", "<0xC3>", "<0xA9>"), merges = Array.Empty<string>() },
        });
        tokenizer.Encode("üéa").Ids.Should().Equal([2, 3, 0, 1], "the library writes an unknown token only at the next known character");
    }

    [Fact]
    public void Processors_of_bert_and_roberta_frame_the_text()
    {
        foreach (var type in new[] { "BertProcessing", "RobertaProcessing" })
        {
            var tokenizer = TinyTokenizer.Load(new
            {
                post_processor = new { type, sep = new object[] { "]", 2 }, cls = new object[] { "[", 1 } },
                model = TinyTokenizer.Characters("a[]"),
            });
            tokenizer.Encode("a").Ids.Should().Equal(1, 0, 2);
            tokenizer.Encode("a", addSpecialTokens: false).Ids.Should().Equal(0);
        }
    }

    [Fact]
    public void White_space_that_a_token_took_may_be_a_token_itself()
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            added_tokens = new object[] { new { id = 3, content = "<r>", rstrip = true }, new { id = 4, content = "\n" } },
            model = TinyTokenizer.Characters("a<>"),
        });
        tokenizer.Encode("<r>\na").Ids.Should().Equal(3, 4, 0);
        tokenizer.Encode("<r>\na").Spans.Should().Equal(new CharacterSpan(0, 3), new(3, 1), new(4, 1));
    }

    private static TextTokenizer Pieces(params string[] vocabulary) =>
        TinyTokenizer.Load(new { pre_tokenizer = Words, model = new { type = "WordPiece", vocab = TinyTokenizer.Vocabulary(vocabulary) } });
}
