using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

public sealed class MergingTests
{
    [Fact]
    public void Lower_ranks_merge_first_wherever_they_stand()
    {
        var tokenizer = TinyTokenizer.Load(new { model = TinyTokenizer.Characters("abc", "b c", "a b", "ab c") });
        tokenizer.Texts("abc").Should().Equal("a", "bc");
        tokenizer.Texts("abab").Should().Equal("ab", "ab");
    }

    [Fact]
    public void Of_equal_ranks_the_leftmost_merges_first()
    {
        var tokenizer = TinyTokenizer.Load(new { model = TinyTokenizer.Characters("a", "a a") });
        tokenizer.Texts("aaaaa").Should().Equal("aa", "aa", "a");
    }

    [Fact]
    public void A_merge_written_as_two_strings_may_hold_spaces()
    {
        var vocab = TinyTokenizer.Vocabulary(" ", "a", " a");
        var tokenizer = TinyTokenizer.Load(new { model = new { type = "BPE", vocab, merges = new[] { new[] { " ", "a" } } } });
        tokenizer.Texts(" a a").Should().Equal(" a", " a");
    }

    [Fact]
    public void Random_words_merge_as_by_scanning_for_the_lowest_rank_each_time()
    {
        var random = new Random(7);
        for (var round = 0; round < 40; round++)
        {
            var merges = RandomMerges(random);
            var tokenizer = TinyTokenizer.Load(new { model = TinyTokenizer.Characters("abc", merges) });
            for (var word = 0; word < 10; word++)
            {
                var text = new string(random.GetItems<char>("abc", random.Next(1, 90)));
                tokenizer.Texts(text).Should().Equal(MergeByScanning(text, merges), "of {0} with {1}", text, merges);
            }
        }
    }

    [Fact]
    public void A_word_that_is_a_token_is_kept_whole_only_where_merges_are_ignored()
    {
        var vocab = TinyTokenizer.Vocabulary("a", "b", "c", "abc");
        object Model(bool ignore) => new { type = "BPE", ignore_merges = ignore, vocab, merges = Array.Empty<string>() };
        TinyTokenizer.Load(new { model = Model(true) }).Texts("abc").Should().Equal("abc");
        TinyTokenizer.Load(new { model = Model(true) }).Texts("abca").Should().Equal("a", "b", "c", "a");
        TinyTokenizer.Load(new { model = Model(false) }).Texts("abc").Should().Equal("a", "b", "c");
    }

    [Fact]
    public void Unknown_characters_become_one_unknown_token_each_or_fuse()
    {
        object Model(bool fuse) => new
        {
            type = "BPE", unk_token = "<unk>", fuse_unk = fuse, vocab = TinyTokenizer.Vocabulary("<unk>", "a", "b"), merges = Array.Empty<string>(),
        };
        var separate = TinyTokenizer.Load(new { model = Model(false) }).Encode("axy😀b");
        separate.Ids.Should().Equal(1, 0, 0, 0, 2);
        separate.Spans.Should().Equal(new CharacterSpan(0, 1), new(1, 1), new(2, 1), new(3, 2), new(5, 1));

        var fused = TinyTokenizer.Load(new { model = Model(true) }).Encode("axy😀b");
        fused.Ids.Should().Equal(1, 0, 2);
        fused.Spans.Should().Equal(new CharacterSpan(0, 1), new(1, 4), new(5, 1));
    }

    [Fact]
    public void Without_an_unknown_token_unknown_characters_are_dropped()
    {
        var tokenizer = TinyTokenizer.Load(new { model = TinyTokenizer.Characters("ab") });
        tokenizer.Encode("axb").Spans.Should().Equal(new CharacterSpan(0, 1), new(2, 1));
    }

    [Fact]
    public void An_unknown_character_falls_back_to_its_bytes_if_all_of_them_are_tokens()
    {
        var model = new
        {
            type = "BPE",
            unk_token = "<unk>",
            byte_fallback = true,
            vocab = TinyTokenizer.Vocabulary("<unk>", "a", "<0xC3>", "<0xA9>"),
            merges = Array.Empty<string>(),
        };
        var encoded = TinyTokenizer.Load(new { model }).Encode("aéü");
        encoded.Ids.Should().Equal(1, 2, 3, 0);
        encoded.Spans.Should().Equal(new CharacterSpan(0, 1), new(1, 1), new(1, 1), new(2, 1));
    }

    private static string[] RandomMerges(Random random)
    {
        var tokens = new List<string> { "a", "b", "c" };
        var merges = new List<string>();
        while (merges.Count < 12)
        {
            var merge = $"{tokens[random.Next(tokens.Count)]} {tokens[random.Next(tokens.Count)]}";
            if (!merges.Contains(merge))
            {
                merges.Add(merge);
                tokens.Add(merge.Replace(" ", ""));
            }
        }

        return [.. merges];
    }

    private static List<string> MergeByScanning(string text, string[] merges)
    {
        var parts = text.Select(character => character.ToString()).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, parts.Count - 1)
                .Select(index => (Rank: Array.IndexOf(merges, $"{parts[index]} {parts[index + 1]}"), Index: index))
                .Where(candidate => candidate.Rank >= 0)
                .DefaultIfEmpty((-1, -1))
                .Min();
            if (best.Item1 < 0)
            {
                return parts;
            }

            parts[best.Item2] += parts[best.Item2 + 1];
            parts.RemoveAt(best.Item2 + 1);
        }
    }
}
