using FluentAssertions;
using RouteSae.Autoencoders;
using RouteSae.Interpretation;
using RouteSae.Tests.Features;
using RouteSae.Tokens;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RouteSae.Tests.Interpretation;

public sealed class FeatureContextCollectorTests
{
    private static readonly TextTokenizer s_tokenizer = RandomCodes.Tokenizer;

    private static readonly RandomCodes[] s_batches =
        [new(1, 3, 20), new(2, 2, 31, realShare: 0.7), new(3, 4, 12, hiddenStates: 3), new(4, 2, 20, hiddenStates: 2, realShare: 0.5)];

    [Theory]
    [InlineData(0.0, 64, 2, 5, 32)]
    [InlineData(1.25, 64, 2, 5, 32)]
    [InlineData(1.25, 7, 3, 1, 500)]
    [InlineData(0.5, 1, 1, 9, 80)]
    [InlineData(2.0, 4, 5, 5, 60)]
    public void Batch_by_batch_it_finds_what_the_plain_rule_finds(double threshold, int tokens, int contexts, int minimum, int classes)
    {
        var options = new FeatureContextOptions { Threshold = threshold, MaximumTokens = tokens, ContextsPerToken = contexts, MinimumContexts = minimum, MaximumTokenClasses = classes };
        var collector = new FeatureContextCollector(RandomCodes.Latents, s_tokenizer, options);
        foreach (var batch in s_batches)
            batch.AddTo(collector.Add);

        var found = collector.Build();

        var expected = PlainContexts.Of(s_batches, options);
        expected.Should().NotBeEmpty("otherwise nothing is compared");
        found.Latents.Should().BeEquivalentTo(expected, compare => compare.WithStrictOrdering());
    }

    [Fact]
    public void The_random_cases_have_latents_that_the_class_limit_leaves_out()
    {
        var limited = PlainContexts.Of(s_batches, new FeatureContextOptions { Threshold = 0 });
        var all = PlainContexts.Of(s_batches, new FeatureContextOptions { Threshold = 0, MaximumTokenClasses = 500 });

        limited.Count.Should().BeInRange(1, all.Count - 1);
    }

    [Fact]
    public void Of_equal_activations_the_later_texts_stay_and_the_earlier_of_them_comes_first()
    {
        var collector = Collector(new FeatureContextOptions { Threshold = 1, MinimumContexts = 1 });
        foreach (var after in new[] { "b", "d", "a", "c" })
            Add(collector, $"x{after}", (0, 2f));

        Texts(collector, "x").Should().Equal("<ACTIVATED>x</ACTIVATED>c", "<ACTIVATED>x</ACTIVATED>d");
    }

    [Fact]
    public void A_latent_needs_five_contexts_on_at_most_two_of_each_token_by_default()
    {
        var collector = Collector();
        foreach (var text in new[] { "x", "xa", "xb", "xc", "y", "ya", "yb" })
            Add(collector, text, (0, 20f));
        collector.Build().Latents.Should().BeEmpty("only four of the seven contexts count");

        Add(collector, "z", (0, 10.5f));

        collector.Build().Latents.Should().ContainSingle().Which.TokenClasses.Select(tokens => tokens.TokenClass).Should().Equal("x", "y", "z");
    }

    [Fact]
    public void An_activation_at_the_threshold_is_not_above_it()
    {
        var collector = Collector(new FeatureContextOptions { Threshold = 2, MinimumContexts = 1 });
        Add(collector, "x", (0, 2f));
        Add(collector, "y", (0, MathF.BitIncrement(2f)));

        collector.Build().Latents.Single().TokenClasses.Select(tokens => tokens.TokenClass).Should().Equal("y");
    }

    [Fact]
    public void Upper_and_lower_case_are_one_class_but_a_leading_space_makes_another()
    {
        var collector = Collector(new FeatureContextOptions { Threshold = 1, MinimumContexts = 1, ContextsPerToken = 9 });
        foreach (var text in new[] { "The", " the", "the" })
            Add(collector, text, [.. Enumerable.Range(0, s_tokenizer.Encode(text).Ids.Count).Select(token => (token, 3f))]);

        var classes = collector.Build().Latents.Single().TokenClasses.Select(tokens => tokens.TokenClass).ToArray();

        classes.Should().OnlyHaveUniqueItems().And.Contain("the").And.Contain("ġthe").And.NotContain("The");
    }

    [Fact]
    public void A_byte_that_is_written_as_a_dotted_capital_i_has_the_class_that_python_gives_it()
    {
        // U+4E0E is E4 B8 8E in UTF-8, and byte 8E is written İ.
        var collector = Collector(new FeatureContextOptions { Threshold = 1, MinimumContexts = 1 });
        var last = s_tokenizer.Encode("\u4e0e").Ids.Count - 1;
        Add(collector, "\u4e0e", (last, 3f));

        collector.Build().Latents.Single().TokenClasses.Single().TokenClass.Should().EndWith("i\u0307");
    }

    [Fact]
    public void A_file_has_the_numbers_and_escapes_of_python()
    {
        using var folder = new TemporaryFolder();
        var contexts = new FeatureContexts
        {
            Threshold = 15, MaximumTokens = 64, ContextsPerToken = 2, MinimumContexts = 5,
            Latents = [new LatentContexts(3, [new TokenClassContexts("é\u007f", [new FeatureContext("\"\\\n\u0001\u2028😀", 2), new FeatureContext("", 1.5e-5f)])])],
        };

        contexts.Save(folder.File("contexts.json"));
        (contexts with { Latents = [] }).Save(folder.File("empty.json"));

        File.ReadAllText(folder.File("contexts.json")).Should().Contain("\"threshold\": 15.0,\n").And.Contain("\"é\u007f\": [").And
            .Contain("\"context\": \"\\\"\\\\\\n\\u0001\u2028😀\",\n").And.Contain("\"activation\": 2.0\n").And.Contain("\"activation\": 1.4999999621068127e-05\n");
        File.ReadAllText(folder.File("empty.json")).Should().EndWith("    \"total_latents\": 0,\n    \"threshold\": 15.0,\n    \"max_length\": 64,\n    \"max_per_token\": 2,\n    \"lines\": 4,\n    \"latent_context_map\": {}\n}");
    }

    [Fact]
    public void Every_impossible_option_is_named()
    {
        var create = () => Collector(new FeatureContextOptions { Threshold = double.NaN, MaximumTokens = 0, ContextsPerToken = 0, MinimumContexts = -1, MaximumTokenClasses = 0 });

        create.Should().Throw<ArgumentException>().Which.Message.Split(Environment.NewLine).Should().Equal(
            "The collection of contexts cannot be used:",
            "- ContextsPerToken is 0; it must be at least 1.",
            "- MinimumContexts is -1; it must be at least 1.",
            "- MaximumTokenClasses is 0; it must be at least 1.",
            "- Threshold is NaN; it must be 0 or more.",
            "- MaximumTokens is 0; it must be at least 1.");
    }

    [Fact]
    public void Codes_that_do_not_belong_to_the_tokens_are_refused()
    {
        using var scope = NewDisposeScope();
        var collector = Collector();
        var ids = zeros([2, 3], ScalarType.Int64);
        var add = (long rows, long latent, float value) => () => collector.Add(ids, new SparseCodes(full([rows, 1], latent, ScalarType.Int64), full([rows, 1], value)));

        add(5, 0, 1).Should().Throw<ArgumentException>().WithMessage("There are codes of 5 activations for 6 real tokens. Give the codes of the real tokens alone, as many for each.*");
        add(6, 1, 1).Should().Throw<ArgumentException>().WithMessage("The codes name latent 1, but there are only 1 (0 to 0).*");
        add(6, 0, float.NaN).Should().Throw<ArgumentException>().WithMessage("The activation of latent 0 in row 0 of the codes is NaN. Look for NaN or infinite hidden states.*");
        add(12, 0, 20).Should().NotThrow("a multi-layer model has several codes a token");
        collector.Invoking(own => own.Add(ids, new SparseCodes(zeros([6, 1], ScalarType.Int64), zeros(6, 1)), ones([2, 2], ScalarType.Bool)))
            .Should().Throw<ArgumentException>().WithMessage("The real tokens are Bool [2, 2]; Bool [2, 3] is expected.*");
        collector.Invoking(own => own.Add(ids[0], new SparseCodes(zeros([3, 1], ScalarType.Int64), zeros(3, 1))))
            .Should().Throw<ArgumentException>().WithMessage("Token ids are Int64 [3]; Int64 [sequences, positions] is expected.*");
    }

    [Fact]
    public void Batches_leave_no_tensor()
    {
        var collector = new FeatureContextCollector(RandomCodes.Latents, s_tokenizer, new FeatureContextOptions { Threshold = 0 });
        var batch = new RandomCodes(5, 2, 10, realShare: 0.5);
        batch.AddTo(collector.Add);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        batch.AddTo(collector.Add);

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static FeatureContextCollector Collector(FeatureContextOptions? options = null) => new(latents: 1, s_tokenizer, options);

    private static void Add(FeatureContextCollector collector, string text, params (int Token, float Value)[] activations)
    {
        using var scope = NewDisposeScope();
        var ids = s_tokenizer.Encode(text).Ids.Select(id => (long)id).ToArray();
        var values = new float[ids.Length];
        foreach (var (token, value) in activations)
            values[token] = value;
        collector.Add(tensor(ids).unsqueeze(0), new SparseCodes(zeros([ids.Length, 1], ScalarType.Int64), tensor(values).unsqueeze(1)));
    }

    private static IEnumerable<string> Texts(FeatureContextCollector collector, string tokenClass) =>
        collector.Build().Latents.Single().TokenClasses.Single(tokens => tokens.TokenClass == tokenClass).Contexts.Select(context => context.Text);
}
