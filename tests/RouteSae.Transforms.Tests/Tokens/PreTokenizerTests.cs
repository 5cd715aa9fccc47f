using System.Globalization;
using FluentAssertions;
using RouteSae.Tokens;
using RouteSae.Tokens.Patterns;
using Xunit;

namespace RouteSae.Tests.Tokens;

/// <summary>Every word is unknown and fused, so that each token shows one word of the pre-tokenizer.</summary>
public sealed class PreTokenizerTests
{
    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData("Isolated", false, "a|-|-|b|-")]
    [InlineData("Isolated", true, "a|-|-|b|-")]
    [InlineData("Removed", false, "a|b")]
    [InlineData("Removed", true, "-|-|-")]
    [InlineData("MergedWithPrevious", false, "a-|-|b-")]
    [InlineData("MergedWithNext", false, "a|-|-b|-")]
    [InlineData("Contiguous", false, "a|--|b|-")]
    public void A_split_treats_its_matches_as_the_behavior_says(string behavior, bool invert, string expected)
    {
        Words(new { type = "Split", pattern = new { String = "-" }, behavior, invert }, "a--b-").Should().Be(expected);
    }

    [Theory]
    [InlineData("Isolated", "a| |😀|b")]
    [InlineData("Removed", "a| |😀|b")]
    [InlineData("MergedWithPrevious", "a| |😀|b")]
    [InlineData("MergedWithNext", "a| |😀|b")]
    public void A_split_at_the_empty_string_leaves_single_characters(string behavior, string expected) =>
        Words(new { type = "Split", pattern = new { String = "" }, behavior }, "a 😀b").Should().Be(expected);

    [Theory]
    [InlineData(true, "a|1|2|b")]
    [InlineData(false, "a|12|b")]
    public void Digits_stand_alone_or_together(bool individual, string expected)
    {
        Words(new { type = "Digits", individual_digits = individual }, "a12b").Should().Be(expected);
    }

    [Theory]
    [InlineData("I'll  go\n\nto 12345, OK?! ", "I|'ll| | go|\n|\n|to| 12345|,| OK|?!| ")]
    [InlineData("don't DON'T", "don|'t| DON|'|T")]
    [InlineData("", "")]
    public void Byte_level_words_are_those_of_gpt2(string text, string expected)
    {
        Words(new { type = "ByteLevel", add_prefix_space = false }, text).Should().Be(expected);
    }

    [Fact]
    public void Byte_level_puts_a_space_before_the_text_only_where_told_and_needed()
    {
        Words(new { type = "ByteLevel", add_prefix_space = true }, "a b").Should().Be("a| b");
        Spans(new { type = "ByteLevel", add_prefix_space = true, use_regex = false }, "a").Should().Equal(new CharacterSpan(0, 1));
        Words(new { type = "ByteLevel", add_prefix_space = false, use_regex = false }, "a b").Should().Be("a b");
    }

    [Fact]
    public void The_configuration_overrules_the_prefix_space_of_a_byte_level_step()
    {
        TextTokenizer Load(bool inFile, bool? inConfig) => TinyTokenizer.Load(
            new
            {
                pre_tokenizer = new { type = "ByteLevel", add_prefix_space = inFile },
                model = TinyTokenizer.Characters("Ġa"),
            },
            new { add_prefix_space = inConfig });
        Load(false, null).Encode("a").Ids.Should().Equal(1);
        Load(false, true).Encode("a").Ids.Should().Equal(0, 1);
        Load(true, false).Encode("a").Ids.Should().Equal(1);
        Load(true, null).Encode(" a").Ids.Should().Equal(0, 1);
    }

    [Theory]
    [InlineData("𝒜bc d", "𝒜bc| d")]
    [InlineData("x𠀀y", "x𠀀y")]
    [InlineData("😀😀 a", "😀😀| a")]
    [InlineData("𝟘𝟙a", "𝟘𝟙|a")]
    public void Letters_and_digits_beyond_the_basic_plane_are_letters_and_digits(string text, string expected)
    {
        Words(new { type = "ByteLevel", add_prefix_space = false }, text).Should().Be(expected);
    }

    [Theory]
    [InlineData("it'S 12345", "it|'S| |123|45")]
    [InlineData("a𝟘𝟙𝟚𝟛 😀b", "a|𝟘𝟙𝟚|𝟛| 😀|b")]
    [InlineData("it'\u017Fx 'REx", "it|'\u017F|x| '|REx")]
    public void Steps_in_sequence_split_one_after_the_other(string text, string expected)
    {
        var split = new { type = "Split", pattern = new { Regex = Llama3 }, behavior = "Isolated", invert = false };
        var bytes = new { type = "ByteLevel", add_prefix_space = false, use_regex = false };
        Words(new { type = "Sequence", pretokenizers = new object[] { split, bytes } }, text).Should().Be(expected);
    }

    [Fact]
    public void An_expression_of_the_file_is_compiled()
    {
        Words(new { type = "Split", pattern = new { Regex = "[A-Z][a-z]*" }, behavior = "Isolated" }, "camelCaseWord")
            .Should().Be("camel|Case|Word");
    }

    [Fact]
    public void The_character_that_stands_for_a_category_is_of_that_category()
    {
        foreach (var category in Enum.GetValues<UnicodeCategory>().Except(NotBeyondTheBasicPlane))
        {
            char.GetUnicodeCategory(CategoryRepresentative.Of(category)).Should().Be(category);
        }
    }

    [Theory]
    [InlineData("Whitespace", "Hey, you_2!? é\u0301 x\u200Dy ⓐ", "Hey|,|you_2|!?|é\u0301|x\u200Dy|ⓐ")]
    [InlineData("WhitespaceSplit", " Hey,\u3000you\n", "Hey,|you")]
    [InlineData("BertPreTokenizer", "Hey friend!  How+are", "Hey|friend|!|How|+|are")]
    [InlineData("Punctuation", "a-b$€。😀", "a|-|b|$|€|。|😀")]
    [InlineData("UnicodeScripts", " どこで生れ。Yes no", "どこで生れ|。|Yes no")]
    [InlineData("Digits", "a12½b", "a|12½|b")]
    [InlineData("FixedLength", "abcdefg", "abcde|fg")]
    public void A_plain_pre_tokenizer_splits(string type, string text, string expected) => Words(new { type }, text).Should().Be(expected);

    [Theory]
    [InlineData("Removed", "a|b")]
    [InlineData("MergedWithNext", "a|-|-b")]
    [InlineData("Contiguous", "a|--|b")]
    public void Punctuation_has_a_behavior(string behavior, string expected) =>
        Words(new { type = "Punctuation", behavior }, "a--b").Should().Be(expected);

    [Fact]
    public void Characters_are_counted_and_not_halves_of_them()
    {
        Words(new { type = "FixedLength", length = 2 }, "a😀😀bc").Should().Be("a😀|😀b|c");
        Words(new { type = "CharDelimiterSplit", delimiter = "😀" }, "a😀😀b").Should().Be("a|b");
        Words(new { type = "Metaspace", replacement = "😀", prepend_scheme = "never" }, "a b").Should().Be("a| b");
    }

    [Fact]
    public void A_byte_level_step_before_others_hands_bytes_on()
    {
        var steps = new object[] { new { type = "ByteLevel", add_prefix_space = false }, new { type = "Split", pattern = new { String = "Ġ" }, behavior = "Removed" } };
        var tokenizer = TinyTokenizer.Load(new { pre_tokenizer = new { type = "Sequence", pretokenizers = steps }, model = TinyTokenizer.Characters("aÃ©b", "Ã ©") });
        var encoded = tokenizer.Encode("a éb");
        encoded.Ids.Should().Equal(0, 4, 3);
        encoded.Spans.Should().Equal(new CharacterSpan(0, 1), new(2, 1), new(3, 1));
    }

    [Fact]
    public void Metaspace_first_looks_at_the_original_text()
    {
        object Tokenizer(string scheme) => new
        {
            normalizer = new { type = "Strip" },
            pre_tokenizer = new { type = "Metaspace", prepend_scheme = scheme },
            model = TinyTokenizer.Characters("▁a", "▁ a"),
        };
        TinyTokenizer.Load(Tokenizer("first")).Texts(" a").Should().Equal("a");
        TinyTokenizer.Load(Tokenizer("first")).Texts("a").Should().Equal("▁a");
        TinyTokenizer.Load(Tokenizer("always")).Texts(" a").Should().Equal("▁a");
    }

    [Fact]
    public void Metaspace_first_counts_a_beginning_that_the_character_map_deletes()
    {
        var map = Convert.ToBase64String(CharacterMapBytes.Write(("\u0001", "")));
        var tokenizer = First(new { type = "Precompiled", precompiled_charsmap = map });
        tokenizer.Texts("\u0001\u0001xx").Should().Equal("▁x", "x");
        tokenizer.Encode("\u0001\u0001xx").Spans.Should().Equal(new CharacterSpan(0, 3), new(3, 1));
        tokenizer.Texts("x<s>\u0001x").Should().Equal("▁x", "<s>", "x");
    }

    [Fact]
    public void Metaspace_first_does_not_count_a_beginning_of_several_replaced_characters()
    {
        object replace = new { type = "Replace", pattern = new { String = "``" }, content = "`" };
        First(replace).Texts("``x").Should().Equal("`", "x");
        First(replace).Encode("``x").Spans.Should().Equal(new CharacterSpan(0, 2), new(2, 1));
        First(replace).Texts("x``").Should().Equal("▁x", "`");
        First(replace, new { type = "Lowercase" }, new { type = "NFKC" }, new { type = "Precompiled", precompiled_charsmap = NoMap })
            .Texts("``Xﬁ").Should().Equal("`", "x", "f", "i");
        First(new { type = "Replace", pattern = new { String = "`" }, content = "x" }).Texts("`x").Should().Equal("▁x", "x");
        First(new { type = "NFKD" }, new { type = "Replace", pattern = new { String = "fi" }, content = "x" })
            .Texts("ﬁx").Should().Equal(["▁x", "x"], "both letters stand for the first character");
    }

    private static string NoMap => Convert.ToBase64String(CharacterMapBytes.Write(("\u0001", "")));

    private static TextTokenizer First(params object[] normalizers) => TinyTokenizer.Load(new
    {
        added_tokens = new[] { new { id = 20, content = "<s>" } },
        normalizer = new { type = "Sequence", normalizers },
        pre_tokenizer = new { type = "Metaspace", prepend_scheme = "first" },
        model = TinyTokenizer.Characters("▁x`fi", "▁ x"),
    });

    private static readonly UnicodeCategory[] NotBeyondTheBasicPlane =
    [
        UnicodeCategory.Control, UnicodeCategory.Surrogate, UnicodeCategory.SpaceSeparator,
        UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator,
    ];

    private static string Words(object preTokenizer, string text) =>
        string.Join('|', Spans(preTokenizer, text).Select(span => text.Substring(span.Start, span.Length)));

    private static IReadOnlyList<CharacterSpan> Spans(object preTokenizer, string text) => TinyTokenizer.Load(new
    {
        pre_tokenizer = preTokenizer,
        model = new { type = "BPE", unk_token = "<unk>", fuse_unk = true, vocab = TinyTokenizer.Vocabulary("<unk>"), merges = Array.Empty<string>() },
    }).Encode(text).Spans;
}
