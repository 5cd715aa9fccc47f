using FluentAssertions;
using Microsoft.ML.Tokenizers;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class UnigramTests
{
    private const int Million = 1_000_000;

    [Fact]
    public void The_cut_of_the_largest_sum_wins()
    {
        var tokenizer = Load(0, ("<unk>", 0), ("a", -1), ("b", -1), ("ab", -1.5), ("ba", -2.5), ("c", -1));
        tokenizer.Texts("aba").Should().Equal("ab", "a");
        tokenizer.Texts("bab").Should().Equal("b", "ab");
        tokenizer.Encode("cab").Spans.Should().Equal(new CharacterSpan(0, 1), new(1, 2));
    }

    [Fact]
    public void Of_equal_sums_the_one_whose_last_token_begins_first_stays()
    {
        Load(0, ("<unk>", 0), ("a", -1), ("aa", -2)).Texts("aaa").Should().Equal("a", "aa");
        Load(0, ("<unk>", 0), ("a", -1), ("b", -1), ("ab", -1), ("abb", -2)).Texts("abb").Should().Equal("abb");
    }

    [Fact]
    public void Unknown_characters_fuse_and_score_ten_less_than_the_worst()
    {
        var tokenizer = Load(0, ("<unk>", 0), ("a", -1), ("axy", -60), ("b", -3));
        tokenizer.Encode("xyb").Ids.Should().Equal(0, 3);
        tokenizer.Encode("xyb").Spans.Should().Equal(new CharacterSpan(0, 2), new(2, 1));
        tokenizer.Texts("axy").Should().Equal("axy");
    }

    [Fact]
    public void Without_an_unknown_token_an_unknown_character_is_an_error()
    {
        var encode = () => Load(null, ("a", -1)).Encode("ax");
        encode.Should().Throw<TokenizerFormatException>().WithMessage(
            "The text has the character 'x', which the tokenizer's vocabulary lacks, and its Unigram model names no unk_id.");
    }

    [Fact]
    public void Bytes_stand_for_unknown_characters_if_all_of_them_are_tokens()
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            model = new { type = "Unigram", unk_id = 0, byte_fallback = true, vocab = Vocabulary(("<unk>", 0), ("a", -1), ("<0xC3>", -2), ("<0xA9>", -2)) },
        });
        var encoded = tokenizer.Encode("aééü");
        encoded.Ids.Should().Equal([1, 0], "as one stretch the three do not have all their bytes");
        tokenizer.Encode("éa").Ids.Should().Equal(2, 3, 1);
        tokenizer.Encode("éa").Spans.Should().Equal(new CharacterSpan(0, 1), new(0, 1), new(1, 1));
    }

    [Fact]
    public void Of_equal_tokens_the_last_counts_and_the_first_can_be_decoded()
    {
        var tokenizer = Load(0, ("<unk>", 0), ("a", -1), ("a", -2));
        tokenizer.Encode("a").Ids.Should().Equal(2);
        tokenizer.Decode([1]).Should().Be("a");
    }

    [Fact]
    public void Random_words_are_cut_as_by_trying_all_cuts()
    {
        var random = new Random(3);
        for (var round = 0; round < 60; round++)
        {
            var vocabulary = RandomVocabulary(random);
            var tokenizer = Load(0, [.. vocabulary]);
            for (var word = 0; word < 10; word++)
            {
                var text = new string(random.GetItems<char>("abc", random.Next(1, 11)));
                var scores = vocabulary.ToDictionary(pair => pair.Token, pair => pair.Score);
                var ours = tokenizer.Texts(text);
                string.Concat(ours).Should().Be(text);
                ours.Sum(token => scores[token]).Should().BeApproximately(Cuts(text, vocabulary).Max(), 1e-9, "of {0}", text);
            }
        }
    }

    [Fact]
    public void A_tokenizer_model_of_unigrams_scores_its_cuts_as_the_library()
    {
        var random = new Random(4);
        using var folder = new TemporaryFolder();
        for (var round = 0; round < 10; round++)
        {
            (string Text, float Score, int Kind)[] pieces = [("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3), ("▁", -2.5f, 1),
                .. RandomVocabulary(random).Skip(1).Select(pair => (pair.Token, (float)pair.Score, 1)),
                .. RandomVocabulary(random).Skip(1).Select(pair => ("▁" + pair.Token, (float)pair.Score - 0.25f, 1))];
            var data = SentencePieceBytes.Unigram(pieces);
            File.WriteAllBytes(folder.File("tokenizer.model"), data);
            var ours = TextTokenizer.Load(folder.Path);
            var library = SentencePieceTokenizer.Create(new MemoryStream(data), addBeginningOfSentence: false, addEndOfSentence: false);
            for (var text = 0; text < 20; text++)
            {
                var words = string.Join(' ', Enumerable.Range(0, 3).Select(_ => new string(random.GetItems<char>("abc", random.Next(1, 8)))));
                var ids = ours.Encode(words, addSpecialTokens: false).Ids;
                ours.Decode(ids).Should().Be(words);
                ids.Sum(id => pieces[id].Score).Should().BeApproximately(library.EncodeToIds(words).Sum(id => pieces[id].Score), 1e-3f, "of {0}", words);
            }
        }
    }

    // Trying all tokens at all places would take minutes.
    [Fact]
    public void A_long_word_takes_time_in_proportion()
    {
        var tokenizer = Load(0, ("<unk>", 0), ("a", -1), ("aa", -1.5), ("aaaa", -2));
        tokenizer.Encode(new string('a', Million)).Ids.Should().HaveCount(Million / 4).And.OnlyContain(id => id == 3);
        tokenizer.Encode(new string('x', Million)).Ids.Should().Equal(0);
    }

    private static List<(string Token, double Score)> RandomVocabulary(Random random)
    {
        var vocabulary = new Dictionary<string, double> { ["<unk>"] = 0, ["a"] = -4 - random.NextDouble(), ["b"] = -4 - random.NextDouble(), ["c"] = -5 };
        while (vocabulary.Count < 14)
        {
            vocabulary[new string(random.GetItems<char>("abc", random.Next(2, 5)))] = -4 - (4 * random.NextDouble());
        }

        return [.. vocabulary.Select(pair => (pair.Key, pair.Value))];
    }

    private static IEnumerable<double> Cuts(string text, List<(string Token, double Score)> vocabulary)
    {
        if (text.Length == 0)
        {
            return [0];
        }

        return vocabulary.Where(pair => text.StartsWith(pair.Token, StringComparison.Ordinal))
            .SelectMany(pair => Cuts(text[pair.Token.Length..], vocabulary), (pair, rest) => pair.Score + rest);
    }

    private static object[][] Vocabulary(params (string Token, double Score)[] pieces) => [.. pieces.Select(piece => new object[] { piece.Token, piece.Score })];

    private static TextTokenizer Load(int? unknown, params (string Token, double Score)[] pieces) =>
        TinyTokenizer.Load(new { model = new { type = "Unigram", unk_id = unknown, vocab = Vocabulary(pieces) } });
}
