using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class RobustnessTests
{
    private const int Million = 1_000_000;

    private static readonly TextTokenizer ByteLevel = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));

    // Letters, digits, white space, marks, other scripts, surrogate pairs and special tokens, in random order.
    private static readonly string[] Fragments =
    [
        "a", "the", " ", "  ", "\n", "\t", "\u00A0", "é", "e\u0301", "你", "好", "😀", "👨‍👩‍👧", "𝒜", "𝟘", "1", "42", "'s", "'LL", "...", "—", "_",
        "\u0000", "\uFEFF", "\uFFFD", "▁", "Ġ", "<0x41>", "<|end_of_text|>", "<s>", "Ω", "ß", "ﬁ", "\r\n", "\u2028", "ا", "ไ",
    ];

    [Fact]
    public void Byte_level_text_decodes_to_itself()
    {
        foreach (var text in RandomTexts(400))
        {
            var encoded = ByteLevel.Encode(text);
            ByteLevel.Decode(encoded.Ids).Should().Be(text);
            SpanRules.Check(ByteLevel, text, encoded);
        }
    }

    [SkippableTheory]
    [InlineData("gpt2")]
    [InlineData("llama3")]
    [InlineData("llama2")]
    public void Random_text_decodes_to_itself_with_every_public_tokenizer(string name)
    {
        var tokenizer = GoldenTokenizers.LoadShared(name);
        foreach (var text in RandomTexts(200).Where(text => !text.Contains("<s>") && !text.Contains('▁') && !text.Contains("<0x41>")))
        {
            var encoded = tokenizer.Encode(text, addSpecialTokens: false);
            tokenizer.Decode(encoded.Ids).Should().Be(text);
            SpanRules.Check(tokenizer, text, encoded);
        }
    }

    [Theory]
    [InlineData("\uD800")]
    [InlineData("a\uDC00b")]
    [InlineData("\uDE00\uD83D")]
    [InlineData(" \uD800\uD83D\uDE00\uDFFF x")]
    public void Half_a_surrogate_pair_counts_as_the_replacement_character(string text)
    {
        var encoded = ByteLevel.Encode(text);
        var replaced = System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
        encoded.Ids.Should().Equal(ByteLevel.Encode(replaced).Ids);
        ByteLevel.Decode(encoded.Ids).Should().Be(replaced);
        SpanRules.Check(ByteLevel, text, encoded);
    }

    // Merging in quadratic time would keep these running for minutes.
    [Fact]
    public void A_word_of_a_million_equal_characters_merges()
    {
        var tokenizer = TinyTokenizer.Load(new { model = TinyTokenizer.Characters("a", "a a", "aa aa") });
        var encoded = tokenizer.Encode(new string('a', Million));
        encoded.Ids.Should().Equal(Enumerable.Repeat(2, Million / 4));
        encoded.Spans[^1].Should().Be(new CharacterSpan(Million - 4, 4));
    }

    [SkippableTheory]
    [InlineData("gpt2")]
    [InlineData("llama2")]
    [InlineData("llama3")]
    public void A_word_of_a_million_mixed_characters_decodes_to_itself(string name)
    {
        var tokenizer = GoldenTokenizers.LoadShared(name);
        var text = new string(new Random(3).GetItems<char>("abcdefghijklmnopqrstuvwxyz", Million));
        var encoded = tokenizer.Encode(text, addSpecialTokens: false);
        tokenizer.Decode(encoded.Ids).Should().Be(text);
        encoded.Spans.Sum(span => span.Length).Should().Be(Million);
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('\n')]
    [InlineData('<')]
    [InlineData('\'')]
    [InlineData('7')]
    public void One_character_many_times_decodes_to_itself(char character)
    {
        var text = new string(character, Million / 5);
        ByteLevel.Decode(ByteLevel.Encode(text).Ids).Should().Be(text);
    }

    [Fact]
    public void Threads_share_a_tokenizer_and_its_word_cache()
    {
        // More distinct words than the cache holds, so that it turns over while four threads read it.
        var texts = Enumerable.Range(0, 400).Select(text => string.Concat(
            Enumerable.Range(0, 400).Select(word => $" w{(text * 397) + word}x{word % 7}"))).ToList();
        var reference = TextTokenizer.Load(RepositoryFiles.Golden("lm", "llama_gqa_untied"));
        var alone = texts.Select(text => reference.Encode(text)).ToList();
        var results = new EncodedText[4][];
        var threads = Enumerable.Range(0, 4).Select(thread => new Thread(() =>
            results[thread] = [.. texts.Select(text => ByteLevel.Encode(text))])).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        foreach (var result in results)
        {
            for (var text = 0; text < texts.Count; text++)
            {
                result[text].Ids.Should().Equal(alone[text].Ids);
                result[text].Spans.Should().Equal(alone[text].Spans);
            }
        }
    }

    private static IEnumerable<string> RandomTexts(int count)
    {
        var random = new Random(11);
        return Enumerable.Range(0, count).Select(_ => string.Concat(random.GetItems(Fragments, random.Next(0, 40)))).ToList();
    }
}
