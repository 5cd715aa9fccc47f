using FluentAssertions;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class DecoderTests
{
    [Fact]
    public void Word_pieces_are_joined_and_cleaned_up()
    {
        Decode(new { type = "WordPiece", prefix = "##", cleanup = true }, "un", "##able", "!", "do", "n't", "##x").Should().Be("unable! don'tx");
        Decode(new { type = "WordPiece", prefix = "##", cleanup = false }, "##un", "##able", "!").Should().Be("##unable !");
    }

    [Fact]
    public void Byte_pairs_end_words_but_the_last()
    {
        Decode(new { type = "BPEDecoder", suffix = "</w>" }, "a", "b</w>", "c</w>").Should().Be("ab c");
        Decode(new { type = "BPEDecoder", suffix = "</w>" }).Should().BeEmpty();
    }

    [Fact]
    public void Ctc_drops_repetitions_and_padding() =>
        Decode(new { type = "CTC", pad_token = "<pad>", word_delimiter_token = "|", cleanup = true }, "h", "h", "<pad>", "i", "|", "y", "<pad>", "y").Should().Be("hi yy");

    [Fact]
    public void Strip_cuts_so_many_of_a_character_off_each_side() =>
        Decode(new { type = "Strip", content = "H", start = 2, stop = 1 }, "HHHey", "aHH", "H").Should().Be("HeyaH");

    [Fact]
    public void Metaspace_takes_marks_of_the_first_token_away() =>
        Decode(new { type = "Metaspace", replacement = "▁", prepend_scheme = "first" }, "▁a▁b", "▁c").Should().Be("ab c");

    [Fact]
    public void Bytes_that_are_no_text_become_replacement_characters_as_in_rust()
    {
        Decode(new { type = "ByteFallback" }, "<0xE4>", "<0xBD>", "<0xA0>", "x", "<0xE4>", "<0xBD>", "<0x4>").Should().Be("你x\uFFFD\uFFFD<0x4>");
        Decode(new { type = "ByteLevel" }, "ä½", "x", "ð", "Ł").Should().Be("\uFFFDx\uFFFD");
    }

    [Fact]
    public void Without_a_decoder_tokens_are_joined_by_spaces() => Decode(null, "a", "b").Should().Be("a b");

    private static string Decode(object? decoder, params string[] tokens)
    {
        var vocab = TinyTokenizer.Vocabulary([.. tokens.Append("<unk>").Distinct()]);
        return TinyTokenizer.Load(new { decoder, model = new { type = "WordLevel", unk_token = "<unk>", vocab } }).Decode(tokens.Select(token => vocab[token]));
    }
}
