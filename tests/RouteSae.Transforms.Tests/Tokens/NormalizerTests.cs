using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

/// <summary>Every character becomes its bytes and the decoder puts them together, so that decoding shows the normalized text.</summary>
public sealed class NormalizerTests
{
    [Theory]
    [InlineData("Lowercase", "ÀÉ ΣΑΣ İ K Ǆ ẞ 𐐀", "àé σασ i\u0307 k ǆ ß 𐐨")]
    [InlineData("Strip", " \t\u00A0 a b\u3000\n", "a b")]
    [InlineData("StripAccents", "e\u0301 é \u0903x", "e é x")]
    [InlineData("Nmt", "a\u0001\u000B\u007Fb\tc\u200Bd\uFEFFe\u2581\uFFFDf\u00A0", "ab c d e  f\u00A0")]
    [InlineData("NFC", "e\u0301", "é")]
    [InlineData("NFD", "é", "e\u0301")]
    [InlineData("NFKC", "ﬁ①", "fi1")]
    [InlineData("NFKD", "é½", "e\u03011⁄2")]
    [InlineData("ByteLevel", "a é", "aĠÃ©")]
    public void A_plain_normalizer_rewrites(string type, string text, string expected) => Normalize(new { type }, text).Should().Be(expected);

    [Theory]
    [InlineData(true, false, "a  ")]
    [InlineData(false, true, "  a")]
    public void Strip_can_be_told_its_side(bool left, bool right, string expected) =>
        Normalize(new { type = "Strip", strip_left = left, strip_right = right }, "  a  ").Should().Be(expected);

    [Theory]
    [InlineData(true, true, "h  \u4F60  \u597D e ")]
    [InlineData(false, true, "h\t \u4F60  \u597D \u0000É\u00A0")]
    [InlineData(true, false, "h \u4F60\u597De ")]
    public void Bert_cleans_spaces_out_and_lowers(bool clean, bool chinese, string expected)
    {
        var normalizer = new { type = "BertNormalizer", clean_text = clean, handle_chinese_chars = chinese, lowercase = clean };
        Normalize(normalizer, "h\t\u4F60\u597D\u0000É\u00A0").Should().Be(expected);
    }

    [Fact]
    public void Bert_keeps_accents_where_told()
    {
        Normalize(new { type = "BertNormalizer", strip_accents = false }, "ÉÀ").Should().Be("éà");
        Normalize(new { type = "BertNormalizer", strip_accents = true, lowercase = false }, "ÉÀ\u0903").Should().Be("EA\u0903");
    }

    [Theory]
    [InlineData("x*", "-", "axxb", "-a-b-")]
    [InlineData(" {2,}", "▁", "a   b c", "a▁b c")]
    [InlineData("^", "> ", "a\nb", "> a\n> b")]
    [InlineData("$", "<", "a\nb", "a<\nb<")]
    public void Replace_writes_for_every_match_and_for_empty_ones(string expression, string content, string text, string expected) =>
        Normalize(new { type = "Replace", pattern = new { Regex = expression }, content }, text).Should().Be(expected);

    [Fact]
    public void Replace_writes_for_an_empty_match_behind_rewritten_text_but_not_in_an_empty_one()
    {
        object Regex(string expression) => new { type = "Replace", pattern = new { Regex = expression }, content = "y" };
        object Sequence(params object[] normalizers) => new { type = "Sequence", normalizers };
        Normalize(Sequence(new { type = "Lowercase" }, Regex("$")), "X").Should().Be("xy");
        Normalize(Sequence(new { type = "Replace", pattern = new { String = " " }, content = "" }, Regex("^")), " ").Should().BeEmpty();
        Normalize(new { type = "Replace", pattern = new { String = "" }, content = "-" }, "ab").Should().Be("-a-b-");
    }

    [Fact]
    public void Replace_writes_for_an_empty_match_where_a_normalizer_cut_the_end()
    {
        var normalizers = new object[] { new { type = "Lowercase" }, new { type = "Strip" }, new { type = "Replace", pattern = new { Regex = "$" }, content = "y" } };
        Load(new { type = "Sequence", normalizers }).Encode("X ").Spans.Should().Equal(new CharacterSpan(0, 1), new(1, 0));
    }

    [Theory]
    [InlineData("ﬁre\r\nx", "fire <x>")]
    [InlineData("㎏Ａ", "kgA")]
    [InlineData("e\u0301e\u0301\u0302", "éé")]
    [InlineData("\u0001ab", "ab")]
    [InlineData("x\u0301y", "<x>y")]
    [InlineData("unchanged 你好", "unchanged 你好")]
    public void The_character_map_replaces_short_graphemes_by_the_shortest_key_and_else_characters(string text, string expected)
    {
        var map = CharacterMapBytes.Write(
            ("ﬁ", "fi"), ("\r", " "), ("㎏", "kg"), ("Ａ", "A"), ("e\u0301", "é"), ("\u0001", ""), ("x", "<x>"), ("x\u0301", "never"));
        Normalize(new { type = "Precompiled", precompiled_charsmap = Convert.ToBase64String(map) }, text).Should().Be(expected);
    }

    [Fact]
    public void Of_a_long_grapheme_each_character_is_looked_up_alone()
    {
        // e, an accent and two more: 7 bytes, of which only the accented e together is in the map.
        var map = CharacterMapBytes.Write(("e\u0301", "é"), ("\u0302", "^"));
        Normalize(new { type = "Precompiled", precompiled_charsmap = Convert.ToBase64String(map) }, "e\u0301\u0302\u0303").Should().Be("e\u0301^\u0303");
    }

    [Fact]
    public void Without_a_character_map_nothing_changes() =>
        Normalize(new { type = "Precompiled", precompiled_charsmap = (string?)null }, "ﬁ").Should().Be("ﬁ");

    [Fact]
    public void Spans_of_rewritten_characters_are_those_of_their_origin()
    {
        Load(new { type = "NFC" }).Encode("xe\u0301y").Spans.Distinct().Should().Equal(new CharacterSpan(0, 1), new(1, 2), new(3, 1));
        Load(new { type = "NFKC" }).Encode("ﬁx").Spans.Should().Equal(new CharacterSpan(0, 1), new(0, 1), new(1, 1));
        Load(new { type = "Strip" }).Encode("  a").Spans.Should().Equal(new CharacterSpan(2, 1));
        Load(new { type = "Lowercase" }).Encode("aİ").Spans.Distinct().Should().Equal(new CharacterSpan(0, 1), new(1, 1));
    }

    [Fact]
    public void Spans_ascend_within_the_text_for_every_normalizer()
    {
        string[] fragments = ["a", "É", "e\u0301", "a\u0307\u0323", "\u0323\u0307", "한", "\u1112\u1161\u11AB", "ﬁ", "  ", "\n", "你", "😀", "\uD800", "\u0001", "\u2581", "İ", "x\u200D"];
        var map = Convert.ToBase64String(CharacterMapBytes.Write(("ﬁ", "fi"), ("e\u0301", "é"), ("\u0001", ""), ("\n", " ")));
        var normalizers = new[] { "Lowercase", "Strip", "StripAccents", "Nmt", "NFC", "NFD", "NFKC", "NFKD", "ByteLevel", "BertNormalizer" }
            .Select(type => (object)new { type }).Append(new { type = "Precompiled", precompiled_charsmap = map }).ToList();
        var random = new Random(9);
        foreach (var tokenizer in normalizers.Append(new { type = "Sequence", normalizers }).Select(Load))
        {
            for (var round = 0; round < 100; round++)
            {
                var text = string.Concat(random.GetItems(fragments, random.Next(0, 12)));
                var (start, end) = (0, 0);
                foreach (var span in tokenizer.Encode(text).Spans)
                {
                    span.Start.Should().BeGreaterThanOrEqualTo(start, "of '{0}'", text);
                    span.End.Should().BeGreaterThanOrEqualTo(end).And.BeLessThanOrEqualTo(text.Length);
                    (start, end) = (span.Start, span.End);
                }
            }
        }
    }

    private static string Normalize(object normalizer, string text)
    {
        var tokenizer = Load(normalizer);
        return tokenizer.Decode(tokenizer.Encode(text).Ids);
    }

    private static TextTokenizer Load(object normalizer) => TinyTokenizer.Load(new
    {
        normalizer,
        decoder = new { type = "Sequence", decoders = new[] { new { type = "ByteFallback" }, new { type = "Fuse" } } },
        model = new { type = "BPE", byte_fallback = true, vocab = TinyTokenizer.Vocabulary([.. Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>")]), merges = Array.Empty<string>() },
    });
}
