using System.Text.Json.Nodes;
using FluentAssertions;
using RouteSae.Tokens;
using Xunit;

namespace RouteSae.Tests.Tokens;

/// <summary>Files and texts that are made to cost time or memory: each gives a result or a documented error that says where.</summary>
public sealed class HostileTokenizerTests
{
    private const int Million = 1_000_000;
    private const string Split = "tokenizer.json of tiny, pre_tokenizer.pattern: the expression";

    public static TheoryData<string, string> TooLargeExpressions => new()
    {
        { new string('(', 30_000) + "a" + new string(')', 30_000), "it has 60001 characters, more than 16384" },
        { Repeated("(?=", 100_000) + "a" + new string(')', 100_000), "it has 400001 characters, more than 16384" },
        { new string('(', 101) + "a" + new string(')', 101), "its groups and classes are nested more than 100 deep" },
        { new string('[', 101) + "a" + new string(']', 101), "its groups and classes are nested more than 100 deep" },
        { Repeated("(?=", 101) + "a" + new string(')', 101), "its groups and classes are nested more than 100 deep" },
        { Repeated("(?:", 60) + new string('[', 60) + "a" + new string(']', 60) + new string(')', 60), "its groups and classes are nested more than 100 deep" },
        { Repeated(@"\p{L}", 3000), "it is too large: with its sets written out it has more than 1000000 characters" },
    };

    public static TheoryData<string, string> SlowWithBacktracking => new()
    {
        { "(a|aa)+$", new string('a', 48) + "!" },
        { "(a*)*$", new string('a', 5000) + "!" },
        { "(a+)+$", new string('a', 5000) + "!" },
        { @"(\p{L}+\s?)+$", new string('a', 5000) + "!" },
        { "(.*)(.*)(.*)(.*)(.*)[0-9]", new string('a', 1000) },
        { "(x+x+)+y", new string('x', 5000) },
        { "(?:a?){40}a{40}", new string('a', 40) },
        { "a{0,500}a{0,500}b", new string('a', 5000) },
        { new string('(', 100) + "a|aa" + Repeated(")+", 100), new string('a', 100) + "!" },
        { "[" + string.Concat(Enumerable.Range(0x4E00, 8000).Select(code => (char)code)) + "]+", new string('\u4E00', 5000) },
    };

    private static TextTokenizer Splitting(string expression) => TinyTokenizer.Load(new
    {
        pre_tokenizer = new { type = "Split", pattern = new { Regex = expression }, behavior = "Isolated" },
        model = new { type = "WordLevel", vocab = TinyTokenizer.Vocabulary("<unk>", "a"), unk_token = "<unk>" },
    });

    [Theory]
    [MemberData(nameof(TooLargeExpressions))]
    public void An_expression_that_is_too_large_is_refused(string expression, string reason)
    {
        FluentActions.Invoking(() => Splitting(expression)).Should().Throw<NotSupportedException>()
            .Which.Message.Should().StartWith($"{Split} '{expression[..80]}… ({expression.Length} characters)' ({reason}) is not supported.");
    }

    [Theory]
    [MemberData(nameof(SlowWithBacktracking))]
    public void An_expression_that_needs_no_backtracking_is_searched_for_in_linear_time(string expression, string text)
    {
        var encoded = Splitting(expression).Encode(text);

        encoded.Spans.Sum(span => span.Length).Should().Be(text.Length);
    }

    [Theory]
    [InlineData("(?=(?:a|aa)+b)a", 60)] // one search that never ends
    [InlineData("(?=.*x)a|b", 300_000)] // searches that are each as long as the text
    public void An_expression_that_cannot_do_without_has_a_limited_time(string expression, int length)
    {
        var tokenizer = Splitting(expression);

        FluentActions.Invoking(() => tokenizer.Encode(new string('a', length))).Should().Throw<TokenizerLimitException>()
            .WithMessage($"{Split} '{expression}' takes more than {4 + (length * 4e-6):F0} s for a text of {length} characters. *");
    }

    [Theory]
    [InlineData("a{1000000000}")]
    [InlineData("(?:(?:a{30000}){30000}){30000}")]
    [InlineData("(?:a{1,1000}b?){1,1000}")]
    public void Large_repetitions_are_refused_or_end(string expression)
    {
        try
        {
            Splitting(expression).Encode(new string('a', 2000));
        }
        catch (Exception exception) when (exception is NotSupportedException or TokenizerLimitException)
        {
            exception.Message.Should().StartWith(Split);
        }
    }

    [Fact]
    public void A_gap_in_the_ids_costs_nothing()
    {
        var tokenizer = Vocabulary("""{"<unk>":0,"a":16777215}""");

        tokenizer.Encode("a").Ids.Should().Equal(16_777_215);
        tokenizer.OwnVocabularySize.Should().Be(16_777_216);
    }

    [Theory]
    [InlineData(16_777_216)]
    [InlineData(1_000_000_000)]
    [InlineData(int.MaxValue)]
    public void An_id_beyond_any_vocabulary_is_refused(int id)
    {
        FluentActions.Invoking(() => Vocabulary($$"""{"<unk>":0,"a":{{id}}}""")).Should().Throw<TokenizerFormatException>()
            .WithMessage($"tokenizer.json of tiny, model.vocab['a']: the token id {id} is larger than 16777215, the largest that is read.");
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(Million)]
    public void WordPiece_takes_linear_time_for_one_long_word(int length)
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            model = new
            {
                type = "WordPiece", vocab = TinyTokenizer.Vocabulary("[UNK]", "a", "##a"), unk_token = "[UNK]", continuing_subword_prefix = "##",
                max_input_chars_per_word = 1_000_000_000,
            },
        });

        tokenizer.Encode(new string('a', length)).Ids.Should().HaveCount(length);
    }

    [Fact]
    public void WordPiece_does_not_cut_a_surrogate_pair()
    {
        var tokenizer = TinyTokenizer.LoadJson("""{"model":{"type":"WordPiece","vocab":{"[UNK]":0,"a":1,"##\ud83d\ude00":2},"unk_token":"[UNK]"}}""");

        tokenizer.Encode("a😀").Ids.Should().Equal(1, 2);
    }

    [Fact]
    public void A_rewriting_that_multiplies_the_text_is_refused()
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            normalizer = new
            {
                type = "Sequence",
                normalizers = Enumerable.Repeat(new { type = "Replace", pattern = new { String = "a" }, content = "aaaaaaaaaa" }, 30),
            },
            model = TinyTokenizer.Characters("a"),
        });

        FluentActions.Invoking(() => tokenizer.Encode("aaaa")).Should().Throw<TokenizerLimitException>().WithMessage(
            "The tokenizer's normalizer or pre-tokenizer rewrites a text of 4 characters to more than 20 characters for each of its own. "
            + "No text needs that: check the Replace and Prepend components of tokenizer.json.");
    }

    [Fact]
    public void A_decoder_that_multiplies_its_tokens_is_refused()
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            model = TinyTokenizer.Characters("a"),
            decoder = new
            {
                type = "Sequence",
                decoders = Enumerable.Repeat(new { type = "Replace", pattern = new { String = "a" }, content = "aaaaaaaaaa" }, 30),
            },
        });

        FluentActions.Invoking(() => tokenizer.Decode([0, 0])).Should().Throw<TokenizerLimitException>()
            .WithMessage("The tokenizer's decoder makes * characters or more of *");
    }

    // Each space is a token that takes the white space after it.
    [Fact]
    public void White_space_that_many_tokens_strip_is_gone_through_once()
    {
        var tokenizer = TinyTokenizer.Load(new
        {
            added_tokens = new[] { new { id = 1, content = " ", single_word = false, lstrip = true, rstrip = true, normalized = false, special = false } },
            model = TinyTokenizer.Characters("a"),
        });

        tokenizer.Encode("a" + new string(' ', Million)).Ids.Should().HaveCount(Million + 1);
    }

    [Fact]
    public void The_longest_decomposition_is_no_multiplication()
    {
        var tokenizer = TinyTokenizer.Load(new { normalizer = new { type = "NFKD" }, model = new { type = "WordLevel", vocab = TinyTokenizer.Vocabulary("<unk>"), unk_token = "<unk>" } });

        tokenizer.Encode(new string('\uFDFA', 10_000)).Ids.Should().Equal(0);
    }

    [Fact]
    public void A_text_of_marks_is_put_in_order()
    {
        var tokenizer = TinyTokenizer.Load(new { normalizer = new { type = "NFC" }, model = new { type = "WordLevel", vocab = TinyTokenizer.Vocabulary("<unk>"), unk_token = "<unk>" } });
        var marks = string.Concat(Enumerable.Range(0, Million / 10).Select(index => index % 2 == 0 ? '\u0316' : '\u0301'));

        tokenizer.Encode("a" + marks).Ids.Should().Equal(0);
    }

    [Fact]
    public void Components_nested_too_deeply_are_refused()
    {
        JsonNode step = new JsonObject { ["type"] = "Lowercase" };
        for (var depth = 0; depth < 100; depth++)
        {
            step = new JsonObject { ["type"] = "Sequence", ["normalizers"] = new JsonArray(step) };
        }

        var json = $$$"""{"normalizer":{{{step.ToJsonString(new() { MaxDepth = 1000 })}}},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""";

        FluentActions.Invoking(() => TinyTokenizer.LoadJson(json)).Should().Throw<TokenizerFormatException>()
            .WithMessage("tokenizer.json of tiny *depth of 64*");
    }

    [Fact]
    public void A_frame_of_ids_that_no_token_has_is_refused()
    {
        const string Json = """{"post_processor":{"type":"BertProcessing","sep":["b",7],"cls":["a",0]},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""";

        FluentActions.Invoking(() => TinyTokenizer.LoadJson(Json)).Should().Throw<TokenizerFormatException>()
            .WithMessage("tokenizer.json of tiny, post_processor: it puts the token id 7 around a text, but no token has this id.");
    }

    [Fact]
    public void A_prefix_of_every_character_is_short()
    {
        var json = $$$"""{"model":{"type":"BPE","continuing_subword_prefix":"{{{new string('#', 101)}}}","vocab":{"a":0},"merges":[]}}""";

        FluentActions.Invoking(() => TinyTokenizer.LoadJson(json)).Should().Throw<TokenizerFormatException>()
            .WithMessage("tokenizer.json of tiny, model.continuing_subword_prefix: it has 101 characters, more than 100.");
    }

    [Fact]
    public void A_long_word_in_a_message_is_cut()
    {
        var tokenizer = TinyTokenizer.Load(new { model = new { type = "WordLevel", vocab = TinyTokenizer.Vocabulary("a"), unk_token = "<unk>" } });

        FluentActions.Invoking(() => tokenizer.Encode(new string('b', Million))).Should().Throw<TokenizerFormatException>()
            .WithMessage($"The text has the word '{new string('b', 80)}… (1000000 characters)', which the tokenizer's vocabulary lacks, as it lacks the unk_token '<unk>'.");
    }

    private static TextTokenizer Vocabulary(string vocabulary) =>
        TinyTokenizer.LoadJson($$$"""{"model":{"type":"WordLevel","vocab":{{{vocabulary}}},"unk_token":"<unk>"}}""");

    private static string Repeated(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
